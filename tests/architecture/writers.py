"""A8: a few tables are written by one file each. Found in the syntax of the sources: SQL in strings, and writes of the ORM."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

from tests.architecture.tools import sources

LEDGER, OUTBOX = "collection/payouts/ledger.py", "notifications/outbox.py"
#: (table, model) -> who may insert, who may change
OWNERS = {
    ("payouts_account", "Account"): ({LEDGER}, {LEDGER}),
    ("payouts_ledgertransaction", "LedgerTransaction"): ({LEDGER}, set()),
    ("payouts_ledgerentry", "LedgerEntry"): ({LEDGER}, set()),
    ("notifications_outboxrow", "OutboxRow"): ({OUTBOX, "notifications/fallback.py"}, {OUTBOX, "notifications/relay.py"}),
    ("audit_auditline", "AuditLine"): ({"collection/audit/steps.py"}, set()),
    ("audit_anchor", "AuditAnchor"): ({"collection/audit/operations.py"}, set()),
    ("audit_anchoredhead", "AnchoredHead"): (set(), set()),
    ("audit_chainhead", "ChainHead"): (set(), set()),
    ("audit_rowhistory", "RowHistory"): ({"collection/audit/history.py"}, set()),
    ("audit_statechange", "StateChange"): ({"collection/audit/lifecycle.py"}, set()),
}
INSERTS = {"create", "bulk_create", "get_or_create", "update_or_create", "save", "acreate", "abulk_create"}
CHANGES = {"update", "delete", "bulk_update", "raw_delete", "_raw_delete", "aupdate", "adelete"}
INSERT_SQL = r"(?:INSERT\s+INTO|COPY|MERGE\s+INTO)"
CHANGE_SQL = r"(?:UPDATE(?:\s+ONLY)?|DELETE\s+FROM(?:\s+ONLY)?|MERGE\s+INTO|TRUNCATE(?:\s+TABLE)?)"


def strangers(tree: Path) -> list[str]:
    """Every place that writes an owned table without being its owner."""
    found = []
    for path, text in sources(tree).items():
        for (table, model), (may_insert, may_change) in OWNERS.items():
            if table not in text and model not in text:
                continue
            for does, line in writes(ast.parse(text), table, model):
                if path not in (may_insert if does == "inserts into" else may_change):
                    found.append(f"{path}:{line} {does} {table}")
    return found


def writes(module: ast.Module, table: str, model: str) -> Iterator[tuple[str, int]]:
    for node in ast.walk(module):
        if isinstance(node, ast.Constant) and isinstance(node.value, str):
            for does, verb in (("inserts into", INSERT_SQL), ("changes", CHANGE_SQL)):
                if re.search(rf'\b{verb}\s+"?{table}\b', node.value, re.IGNORECASE):
                    yield does, node.lineno
        if isinstance(node, ast.Call):
            verb = node.func.attr if isinstance(node.func, ast.Attribute) else ""
            if is_model(node.func, model):
                yield "inserts into", node.lineno  # Model(...), to be saved somehow
            elif verb in INSERTS | CHANGES and starts_with(node.func, model):
                yield "inserts into" if verb in INSERTS else "changes", node.lineno
            elif any(is_model(argument, model) for argument in node.args) and not is_key(node.func):
                yield "inserts into", node.lineno  # handed to somebody who writes rows of any model


def is_model(node: ast.AST, model: str) -> bool:
    return (isinstance(node, ast.Name) and node.id == model) or (isinstance(node, ast.Attribute) and node.attr == model)


def starts_with(node: ast.AST, model: str) -> bool:
    """Whether a chain like Model.objects.filter(...).update begins with the model."""
    while not is_model(node, model):
        if isinstance(node, ast.Attribute):
            node = node.value
        elif isinstance(node, ast.Call):
            node = node.func
        else:
            return False
    return True


def is_key(function: ast.AST) -> bool:
    return isinstance(function, ast.Attribute) and function.attr in ("ForeignKey", "OneToOneField", "ManyToManyField")
