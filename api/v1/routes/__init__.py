"""A collector's day: plans, the routes they are made of, and the same for a map or a navigator."""
