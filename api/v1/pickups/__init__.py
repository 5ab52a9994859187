"""Requests to fetch waste: asked for, followed, called off; the unserved queue and the officer's assignment."""
