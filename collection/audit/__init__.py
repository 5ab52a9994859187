"""Who did what to what, append-only and chained.

One verb writes one line. The lines of one object form a chain: each carries the SHA-256 of its own words and of the
line before it, computed by a trigger, so a changed, removed or swapped line breaks the chain. UPDATE, DELETE and
TRUNCATE are refused by trigger and by grant.
"""
