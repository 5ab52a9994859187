"""How far, and how long: one provider interface (`base`), and the one that needs no service (`geodesic`)."""
