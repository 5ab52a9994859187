"""Photos: announce, put the bytes at the signed address, look at one's own."""
