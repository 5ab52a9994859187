"""The door: HTTP, pages, settings and processes. It knows every room and is known by none."""
