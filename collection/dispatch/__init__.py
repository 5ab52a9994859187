"""Who will take it: candidates, offers, acceptance, jobs and their incidents, the manual queue.

| offer state | next | moved by |
| --- | --- | --- |
| open | accepted | the collector, while the database clock is before `expires_at`; one winner per pickup |
| open | declined | the collector, with a reason |
| open | expired | the database clock |
| open | withdrawn | a sibling was accepted, the pickup cancelled, or an officer assigned it |

| job state | next | moved by |
| --- | --- | --- |
| assigned | en_route, arrived, done, withdrawn, failed | driver or collector |
| en_route | arrived, done, withdrawn, failed | driver |
| arrived | done, failed | driver |

A wave is the offers sent together. When nobody of a wave is left the next goes out; when nobody is eligible the pickup
goes to the unserved queue with an explanation of every contract considered. This is the lowest room that touches both a
pickup and a contractor, so submitting and cancelling live here too.
"""
