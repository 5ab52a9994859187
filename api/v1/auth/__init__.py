"""Signing in, choosing for whom to act, registering an organisation and its members."""
