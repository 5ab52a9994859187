"""The collection request itself: what, how much, where, when, and how far it has come.

| state | next | moved by |
| --- | --- | --- |
| draft | submitted, cancelled, expired | the generator |
| submitted | offered, unserved, cancelled, expired | dispatch |
| offered | accepted, unserved, cancelled, expired | a collector; an officer; the database clock |
| unserved | offered, accepted, cancelled, expired | dispatch; an officer |
| accepted | fulfilled, failed, cancelled, submitted (given back) | collector and driver; the generator |
| fulfilled, failed, cancelled, expired | | the end |

The declared mass is the generator's word and is never overwritten. What dispatch decides (collector, recycler, driver)
is written down here, so that this room never asks upward. A request nobody has taken when its window closes expires.
"""
