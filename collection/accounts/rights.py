"""Who may do what: the single table of role x action. The door asks it; a generated test tries every cell over HTTP.

An action that is not in the table does not exist: a route without one fails at start-up.
"Own" means: the object's organisation is the actor's (or, for drivers, the job is assigned to them);
`visible_to(actor)` in each room says so in SQL, and everything else answers 404.
"""

from __future__ import annotations

MEMBER_ROLES = (
    "generator", "generator_admin", "driver", "collector_admin", "recycler", "recycler_admin",
    "manager", "finance", "inspector", "auditor", "support", "integration",
)
ROLES = ("anon", "newcomer", *MEMBER_ROLES, "house")
#: Roles of the operator's own staff: they see every organisation, each its own part of the table.
STAFF_ROLES = ("manager", "finance", "inspector", "auditor", "support")

PUBLIC = ROLES
