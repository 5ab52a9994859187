"""Loads that travel together: put on one vehicle, delivered and received as one."""
