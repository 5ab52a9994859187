"""Who did what to what, append-only, chained and anchored.

One verb writes one line. The lines of one object form a chain: each carries the SHA-256 of its own words and of the
line before it, computed by a trigger, so a changed, removed or swapped line breaks the chain; the chain's head knows how
long it is. Once a day an anchor puts one hash over all heads and over the anchor before: a copy of it, kept elsewhere,
shows even what the owner of the database has written anew. Rows of contracts, prices and organisations leave their
history by trigger. UPDATE, DELETE and TRUNCATE are refused by trigger and by grant.
"""
