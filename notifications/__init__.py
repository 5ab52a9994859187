"""A cellar: it carries envelopes and never reads the letters."""
