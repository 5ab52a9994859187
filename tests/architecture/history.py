"""A8 in the database: rows that are history, and who could still change them."""

from __future__ import annotations

from collection.kernel.db import rows

#: Rows that are never changed and never deleted, by anybody: triggers say so even to the owner.
SEALED = (
    "audit_anchor", "audit_anchoredhead", "audit_auditline", "audit_rowhistory", "audit_statechange", "contracts_allotment",
    "pickups_declared",
    "custody_batch", "custody_batchinput", "custody_consent", "custody_consignmentpickup", "custody_correction",
    "custody_division", "custody_fact", "custody_grouping", "custody_groupingmember", "custody_incident",
    "custody_incidentphoto", "custody_receipt", "custody_return", "custody_sale", "custody_salelot", "custody_signature",
    "custody_stay", "custody_stockorder", "custody_storedtare", "custody_weighing",
    "dispatch_incidentphoto",
    "payouts_ledgerentry", "payouts_ledgertransaction", "payouts_paid", "payouts_rated", "payouts_verdict",
    "payouts_inspection", "payouts_inspectiondraw", "payouts_inspectionphoto", "payouts_inspectionresult",
    "payouts_importedrow", "payouts_paidbefore",
)
#: What the running house has no right to change.
HISTORY = (*SEALED, "audit_chainhead")
#: Rows that may gain a mark, but are never deleted.
KEPT = ("custody_consignment", "custody_proposal", "payouts_accrualline", "payouts_claim", "payouts_hold", "payouts_paymentorder",
        "custody_transportsheet")


def unguarded() -> list[str]:
    """What the running house could do to history, and changes that no trigger would refuse even to the owner."""
    found = rows(
        """
        SELECT name, verb FROM unnest(%s::text[]) AS name, unnest(ARRAY['UPDATE', 'DELETE', 'TRUNCATE']) AS verb
        WHERE has_table_privilege('house_app', name, verb)
        UNION ALL
        SELECT name, verb FROM unnest(%s::text[]) AS name, unnest(ARRAY['DELETE', 'TRUNCATE']) AS verb
        WHERE has_table_privilege('house_app', name, verb)
        """,
        [list(HISTORY), list(KEPT)],
    )
    grants = [f"house_app may {row['verb']} {row['name']}" for row in found]
    # tgtype: 1 each row, 2 before, 8 delete, 16 update
    found = rows(
        """
        SELECT name, verb FROM unnest(%s::text[]) AS name, (VALUES ('UPDATE', 16), ('DELETE', 8)) AS change (verb, bit)
        WHERE NOT EXISTS (
            SELECT FROM pg_trigger trigger JOIN pg_proc ON pg_proc.oid = trigger.tgfoid
            WHERE tgrelid = name::regclass AND proname = 'refuse_change' AND tgenabled <> 'D' AND tgqual IS NULL
              AND tgtype & (1 | 2 | bit) = (1 | 2 | bit) AND tgattr = ''
        )
        """,
        [list(SEALED)],
    )
    return grants + [f"no trigger refuses {row['verb']} of {row['name']}" for row in found]
