"""Sites, bases, facilities, vehicles and scales: one's own, all of them for the operator's staff."""
