"""The collection request itself: what, how much, where, when, and how far it has come.

| state | next | moved by |
| --- | --- | --- |
| draft | submitted, cancelled, expired | the generator |
| submitted | offered, unserved, cancelled | dispatch |
| offered | accepted, offered again, unserved, cancelled | a collector; the database clock |
| unserved | offered, accepted, cancelled, expired | dispatch; an officer |
| accepted | fulfilled, failed, offered, unserved, cancelled | collector and driver |
| fulfilled, failed, cancelled, expired | | the end |

The declared mass is the generator's word and is never overwritten. What dispatch decides (collector, recycler, driver)
is written down here, so that this room never asks upward.
"""
