"""The watch: walks through every room and changes nothing. It says whether what must always hold does hold.

| what | where |
| --- | --- |
| the invariants I1-I20, each a few SQL statements or a comparison that a room below already makes | `invariants/` |
| what waits, for how long, what is stuck and how much money with it | `queries.pulse`, `GET /metrics` |
| all of them in one call, with counts and verdicts | `queries.check_invariants`, `manage.py check_invariants` |

Nothing here repairs anything: a broken invariant is a defect or a touched database, and somebody has to look.
"""
