"""Many rows at once, without touching those that are already right."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from django.db import connection, models


@dataclass(frozen=True, slots=True)
class Upserted:
    """What one `upsert` did. `total` is the number of rows handed in."""

    total: int
    written: int  # inserted or changed
    removed: int


def upsert(model: type[models.Model], columns: Sequence[str], rows: Iterable[Sequence[Any]], *,
           key: Sequence[str], exact: bool = False) -> Upserted:
    """Make the table of `model` hold `rows`, by COPY into a temporary table and one INSERT that skips equal rows.

    `columns` name the values of each row, as database columns; `key` those of a unique index. A geometry is given
    as EWKT. With `exact`, rows whose key was not handed in are deleted. A second call with the same
    rows writes nothing. Call it inside a transaction.
    """
    quoted = [f'"{column}"' for column in columns]
    key = [f'"{column}"' for column in key]
    table, names = model._meta.db_table, ", ".join(quoted)
    others = [column for column in quoted if column not in key]
    same_key = " AND ".join(f"old.{column} = incoming.{column}" for column in key)
    total = 0
    with connection.cursor() as cursor:
        cursor.execute(f"CREATE TEMP TABLE incoming ON COMMIT DROP AS SELECT {names} FROM {table} WITH NO DATA")
        with cursor.copy(f"COPY incoming ({names}) FROM STDIN") as copy:
            for row in rows:
                copy.write_row(row)
                total += 1
        on_conflict = "NOTHING" if not others else f"""UPDATE
            SET {", ".join(f"{column} = excluded.{column}" for column in others)}
            WHERE ({", ".join(f"old.{column}" for column in others)})
                IS DISTINCT FROM ({", ".join(f"excluded.{column}" for column in others)})"""
        cursor.execute(
            f"INSERT INTO {table} AS old ({names}) SELECT {names} FROM incoming "
            f"ON CONFLICT ({', '.join(key)}) DO {on_conflict}"
        )
        written, removed = cursor.rowcount, 0
        if exact:
            cursor.execute(f"DELETE FROM {table} AS old WHERE NOT EXISTS (SELECT FROM incoming WHERE {same_key})")
            removed = cursor.rowcount
        cursor.execute("DROP TABLE incoming")
    return Upserted(total=total, written=written, removed=removed)


def insert(rows: Sequence[models.Model], *, returning: Sequence[str] = ()) -> list[tuple[Any, ...]]:
    """INSERT new rows of one model with one statement, several times faster than `bulk_create` where columns have
    database defaults.

    Values go as arrays, one for each column; columns that the database fills in (identity, defaults, generated) are left
    to it. `returning` names columns to be read back, in the order of `rows`. No JSON.
    """
    if not rows:
        return []
    meta = rows[0]._meta
    fields = [field for field in meta.concrete_fields
              if not (field.generated or field.has_db_default() or isinstance(field, models.AutoField))]
    names = ", ".join(f'"{field.column}"' for field in fields)
    arrays = ", ".join(
        f"%s::text[]::{field.db_type(connection)}[]" if hasattr(field, "geom_type")  # a geometry goes as EWKT
        else f"%s::{field.rel_db_type(connection) if field.remote_field else field.db_type(connection)}[]"
        for field in fields)
    back = f"RETURNING {', '.join(returning)}" if returning else ""
    with connection.cursor() as cursor:
        cursor.execute(f"INSERT INTO {meta.db_table} ({names}) SELECT * FROM unnest({arrays}) {back}",
                       [[_value(row, field) for row in rows] for field in fields])
        return cursor.fetchall() if returning else []


def _value(row: models.Model, field: Any) -> Any:
    value = getattr(row, field.attname)
    return value.ewkt if value is not None and hasattr(field, "geom_type") else value
