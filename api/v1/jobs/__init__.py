"""Accepted pickups on the road: who drives, where they are, what went wrong."""
