"""A cellar: it carries envelopes and never reads the letters.

Recipients are opaque ids. A room calls `outbox.put` in its own transaction; nothing leaves before that commits.

| a row is | until | who moves it |
| --- | --- | --- |
| waiting | it is due | `outbox.put`, `message`, `work` write it; a failed try comes back to here with a later time |
| leased | its id is in Celery's queue | the relay; after a minute unclaimed it is handed out again |
| claimed | a worker is on it | the task; after a minute without a word the relay hands it out again |
| done | for good | the task, or a room that did the work itself (`outbox.settle`) |
| dead | for good, with a log line | the address is gone, the payload is refused, or the eighth try failed |
| expired | for good | its `expires_at` passed first: an old offer is never sent |

So Redis may hang, restart or be emptied: what is due stays here, and is late, not lost. A push may arrive twice (a
sender can die between FCM's answer and the mark), which is why each carries one id under which the phone replaces it.
"""
