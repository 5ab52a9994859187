"""Programmes, their dated tariffs, and the index and VAT that turn them into money."""
