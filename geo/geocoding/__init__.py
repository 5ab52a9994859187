"""The point of an address, from an outside geocoder if one is configured (GEOCODER_URL), remembered in PostgreSQL.

`cache.geocode` is what the rooms call; `base` says what a geocoder answers; `geopy_nominatim` speaks to one.
"""
