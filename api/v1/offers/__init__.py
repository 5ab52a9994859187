"""Pickups on offer: the first to accept gets it."""
