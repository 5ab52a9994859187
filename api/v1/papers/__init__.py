"""The papers of a load: its transport sheet and signatures, stock receipt order, return, incidents; stored tares."""
