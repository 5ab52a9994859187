"""Contractors and their contracts: drawn up by a manager, approved by finance, suspended, resumed, closed."""
