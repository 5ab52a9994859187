"""Which region and district a point of the map is in."""
