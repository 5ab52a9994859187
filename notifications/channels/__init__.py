"""Ways out of the house. A channel sends one thing and either returns, or raises one of the two failures in `base`."""
