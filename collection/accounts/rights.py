"""Who may do what: the single table of role x action. The door asks it; a generated test tries every cell over HTTP.

An action that is not in the table does not exist: a route without one fails at start-up.
"Own" means: the object's organisation is the actor's (or, for drivers, the job is assigned to them);
`visible_to(actor)` in each room says so in SQL, and everything else answers 404.
Whoever may create something may read their own back. Source: the roles table of the API's design.
"""

from __future__ import annotations

from collections.abc import Iterable

MEMBER_ROLES = (
    "generator", "generator_admin", "driver", "collector_admin", "recycler", "recycler_admin",
    "manager", "finance", "inspector", "auditor", "support", "integration",
)
#: "newcomer" is signed in but acts for no organisation (yet, or no longer).
ROLES = ("anon", "newcomer", *MEMBER_ROLES, "house")
#: Roles of the operator's own staff: they see every organisation, each its own part of the table.
STAFF_ROLES = ("manager", "finance", "inspector", "auditor", "support")


def _roles(words: str) -> frozenset[str]:
    """Role names and the short words below, joined."""
    short = {
        "generators": "generator generator_admin", "collectors": "driver collector_admin",
        "recyclers": "recycler recycler_admin", "admins": "generator_admin collector_admin recycler_admin",
        "contractors": "collector_admin recycler_admin", "officers": "manager finance inspector auditor",
        "people": "generators collectors recyclers", "staff": "officers support",
    }
    found: set[str] = set()
    for word in words.split():
        found |= _roles(short[word]) if word in short else {word}
    assert found <= set(ROLES), found - set(ROLES)
    return frozenset(found)


PUBLIC = frozenset(ROLES)
SIGNED_IN = PUBLIC - {"anon", "house"}

ACTIONS: dict[str, frozenset[str]] = {
    # the door itself
    "config.read": PUBLIC, "catalog.read": PUBLIC, "place.locate": PUBLIC, "statistics.public": PUBLIC,
    "code.request": PUBLIC, "session.login": PUBLIC, "session.refresh": PUBLIC,
    "session.logout": SIGNED_IN, "session.act": SIGNED_IN, "me.read": SIGNED_IN,
    "session.read": SIGNED_IN, "session.revoke": SIGNED_IN,
    "second_factor.read": SIGNED_IN, "second_factor.enrol": SIGNED_IN, "second_factor.confirm": SIGNED_IN,
    "second_factor.give": SIGNED_IN, "second_factor.drop": SIGNED_IN,
    "device.put": SIGNED_IN, "device.drop": SIGNED_IN, "inbox.read": SIGNED_IN, "inbox.mark": SIGNED_IN,
    "sync.read": _roles("people staff"),
    # organisations and their members
    "organisation.register": _roles("newcomer people"),
    "organisation.read": _roles("people staff"), "organisation.update": _roles("admins"),
    "organisation.verify": _roles("manager"),
    "membership.read": _roles("admins staff"), "membership.invite": _roles("admins"),
    "membership.remove": _roles("admins"),
    "message_statistics.read": _roles("officers"), "quiet_hours.set": _roles("manager"),
    "announcement.read": SIGNED_IN, "announcement.post": _roles("manager"),
    "webhook.read": _roles("admins"), "webhook.create": _roles("admins"), "webhook.update": _roles("admins"),
    "webhook.remove": _roles("admins"), "webhook.secret": _roles("admins"),
    "key.read": _roles("admins manager"), "key.create": _roles("admins manager"), "key.revoke": _roles("admins manager"),
    # generators: sites and pickups
    "generator.register": _roles("newcomer people"),
    "site.read": _roles("generators staff"), "site.create": _roles("generators manager support"),
    "site.update": _roles("generators manager support"),
    "pickup.read": _roles("people staff"), "pickup.quote": _roles("generators manager support"),
    "pickup.submit": _roles("generators manager support"), "pickup.update": _roles("generators manager support"),
    "pickup.cancel": _roles("generators manager support"), "pickup.missed": _roles("generators manager support"),
    "photo.read": _roles("people staff"), "photo.create": _roles("people inspector integration"),
    "photo.put": PUBLIC,  # whoever holds the signed address
    # dispatch
    "offer.read": _roles("collectors manager auditor support"), "offer.create": _roles("manager"),
    "offer.accept": _roles("collectors"), "offer.decline": _roles("collector_admin"),
    "unserved.read": _roles("manager auditor support"), "pickup.assign": _roles("manager"),
    "candidate.read": _roles("manager auditor support"), "candidate.try": _roles("manager"),
    "dispatch.reoptimise": _roles("manager"),
    "job.read": _roles("people manager inspector auditor support"),
    "job.update": _roles("collectors"), "job.withdraw": _roles("collector_admin"),
    "job.assign": _roles("collector_admin manager"), "job.reassign": _roles("manager"),
    "route.plan": _roles("collector_admin manager"),
    "plan.read": _roles("collector_admin manager inspector auditor support"),
    "route.read": _roles("collectors manager inspector auditor support"),
    # what happened to the kilograms
    "consignment.read": _roles("people staff"), "consignment.create": _roles("collectors"),
    "consignment.update": _roles("collectors"),
    "sheet.sign": _roles("generators collectors recyclers"), "incident.report": _roles("collectors recyclers"),
    "tare.read": _roles("collectors recyclers staff"), "tare.create": _roles("collectors recyclers"),
    "weighing.read": _roles("people staff"), "weighing.create": _roles("driver recyclers integration"),
    "weighing.import": _roles("recyclers integration"),
    "weighing.confirm": _roles("generator_admin"),
    "receipt.read": _roles("people staff"), "receipt.create": _roles("recyclers integration"),
    "receipt.correct": _roles("recycler_admin"),
    "correction.read": _roles("collector_admin recyclers officers"),
    "correction.consent": _roles("collector_admin recycler_admin inspector"),
    "batch.read": _roles("recyclers officers"), "batch.create": _roles("recyclers integration"),
    "batch.correct": _roles("recycler_admin"),
    "certificate.read": _roles("generators staff"), "certificate.issue": _roles("generators"),
    "certificate.revoke": _roles("manager"), "certificate.check": PUBLIC,
    "balance.read": _roles("collector_admin recyclers officers"),
    "stock.read": _roles("recyclers officers"), "stock.create": _roles("recyclers integration"),
    # contractors: vehicles, facilities, scales, drivers
    "base.read": _roles("collectors recyclers staff"), "base.create": _roles("contractors"),
    "base.update": _roles("contractors"),
    "vehicle.read": _roles("collectors recyclers staff"), "vehicle.create": _roles("contractors"),
    "vehicle.update": _roles("contractors"), "vehicle.verify": _roles("manager"),
    "driver.read": _roles("contractors staff"), "driver.create": _roles("contractors"),
    "driver.update": _roles("contractors"),
    "facility.read": _roles("collectors recyclers staff"), "facility.create": _roles("contractors"),
    "facility.update": _roles("contractors"), "facility.verify": _roles("manager"),
    "scale.read": _roles("collectors recyclers staff"), "scale.create": _roles("contractors"),
    "scale.update": _roles("contractors"), "scale.verify": _roles("manager"),
    # contracts and their tariffs
    "programme.read": _roles("newcomer people staff"), "programme.create": _roles("manager"),
    "programme.update": _roles("manager"),
    "contractor.register": _roles("manager"),
    "application.read": _roles("contractors staff"), "application.create": _roles("contractors"),
    "application.verify": _roles("manager"), "application.approve": _roles("manager"),
    "application.refuse": _roles("manager"), "application.sign": _roles("contractors"),
    "application.withdraw": _roles("contractors"), "application.funnel": _roles("officers"),
    "contract.read": _roles("admins officers"), "contract.create": _roles("manager"),
    "contract.update": _roles("manager"), "contract.approve": _roles("finance"),
    "tariff.read": _roles("admins officers"), "tariff.create": _roles("manager"), "tariff.approve": _roles("finance"),
    "tariff.simulate": _roles("manager finance"), "tariff.review": _roles("officers"),
    # money
    "claim.read": _roles("contractors officers"), "claim.create": _roles("contractors"),
    "claim.submit": _roles("contractors"), "claim.appeal": _roles("contractors"),
    "claim.verify": _roles("inspector"), "claim.return": _roles("inspector"), "claim.hold": _roles("inspector"),
    "claim.propose": _roles("finance"), "claim.approve": _roles("finance"), "claim.reject": _roles("finance"),
    "appeal.decide": _roles("inspector"), "cap.read": _roles("officers"), "cap.set": _roles("manager"),
    "period.close": _roles("finance"), "payer.set": _roles("finance"),
    "ledger.read": _roles("admins officers"), "payout.read": _roles("admins officers"),
    "register.read": _roles("finance auditor"), "register.create": _roles("finance"),
    "register.approve": _roles("finance"), "bank_result.record": _roles("finance"),
    "inspection.read": _roles("officers"), "inspection.draw": _roles("manager"), "inspection.record": _roles("inspector"),
    # looking back
    "statistics.read": _roles("people officers"),
    "registrar.read": _roles("manager auditor integration"),
    "dossier.read": _roles("manager inspector auditor"), "evidence.read": _roles("officers"),
    "audit.read": _roles("inspector auditor"), "history.read": _roles("auditor"), "audit.verify": _roles("auditor"),
}

#: What moves money or says where it goes: only with a code of the second factor that was given a few minutes ago.
STEP_UP = frozenset({
    "contract.approve", "claim.approve", "register.create", "register.approve", "payer.set", "cap.set", "period.close",
    "tariff.approve", "second_factor.drop",
})
assert ACTIONS.keys() >= STEP_UP

#: What an API key may be given: of the role `integration`, so much and no more (besides what anybody may).
SCOPES: dict[str, frozenset[str]] = {
    "weighings": frozenset({"weighing.create", "weighing.import"}), "receipts": frozenset({"receipt.create"}),
    "batches": frozenset({"batch.create", "stock.create"}), "photos": frozenset({"photo.create"}),
    "registrar": frozenset({"registrar.read"}),
}
assert all("integration" in ACTIONS[action] for scope in SCOPES.values() for action in scope)


def within(scopes: Iterable[str], action: str) -> bool:
    """Whether a key with these scopes may do `action`: what anybody may, or what one of them names."""
    return ACTIONS[action] >= PUBLIC or any(action in SCOPES.get(scope, ()) for scope in scopes)


def may(role: str, action: str) -> bool:
    """Whether `role` may do `action` to something of its own (KeyError for an action that does not exist)."""
    return role in ACTIONS[action]
