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

| plan state | next | moved by |
| --- | --- | --- |
| queued | running, done, failed | a worker |
| running | done, failed | a worker; the house, when none came back |
| done | replaced | a newer plan of the same contract's day |

A plan is read and worked out without locks (`queries.draft`) and written only if every job is still what it was. It is asked
for, made each evening for the coming day, and made again when a job on it ends or a vehicle breaks down: halts that are
behind a vehicle stay, and it goes on from there.

A wave is the offers sent together. When nobody of a wave is left the next goes out; when nobody is eligible the pickup
goes to the unserved queue with an explanation of every contract considered. This is the lowest room that touches both a
pickup and a contractor, so submitting and cancelling live here too.
"""
