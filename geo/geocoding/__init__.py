"""What an outside geocoder says of an address, if one is configured (GEOCODER): asked by the worker, remembered in PostgreSQL.

`lookups.recall` answers a request from memory or leaves a wish; `lookups.ask_next` (a task of every second) grants the
oldest wish, never faster than GEOCODER_PAUSE_S for the whole installation; `services` speaks to Nominatim, Photon, Pelias
and Yandex through geopy. Nobody who waits on the phone waits for any of them.
"""
