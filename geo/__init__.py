"""A cellar: geometry and places. It knows no waste and no people."""
