"""Column types and defaults that Django does not bring."""

from __future__ import annotations

from typing import Any

from django.db import models
from django.db.models import Func, Value


class XidField(models.Field):  # type: ignore[type-arg]
    """The transaction that wrote the row (`xid8`). Roll-ups read rows up to a snapshot, so a late commit is never missed."""

    def __init__(self, **options: object) -> None:
        options |= {"db_default": Func(function="pg_current_xact_id"), "editable": False}
        super().__init__(**options)  # type: ignore[arg-type]

    def db_type(self, connection: object) -> str:
        return "xid8"

    def deconstruct(self) -> Any:
        name, path, args, options = super().deconstruct()
        for key in ("db_default", "editable"):
            options.pop(key, None)
        return name, path, args, options


class NumberField(models.BigIntegerField):  # type: ignore[type-arg]
    """A public running number from the PostgreSQL sequence `sequence`: gaps are allowed, repeats are not."""

    def __init__(self, *, sequence: str, **options: object) -> None:
        self.sequence = sequence
        options |= {"db_default": Func(Value(sequence), function="nextval"), "editable": False, "unique": True}
        super().__init__(**options)  # type: ignore[arg-type]

    def deconstruct(self) -> Any:
        name, path, args, options = super().deconstruct()
        for key in ("db_default", "editable", "unique"):
            options.pop(key, None)
        return name, path, args, options | {"sequence": self.sequence}
