"""The ceiling: the very same rows that one HTTP request writes, written by pgbench in one statement.

The rows are taken from a request that was really made: whatever its transaction left behind, in whatever table, is written
again with fresh ids. So the comparison stays honest when the tables change.
"""

from __future__ import annotations

import re
import subprocess
import tempfile
from collections import Counter
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from django.db import connection

from api.local import binaries
from collection.kernel.db import execute, rows

#: Written by triggers, in both cases.
BY_TRIGGER = ("audit_statechange",)
UUID7 = """
CREATE FUNCTION bench_uuid7() RETURNS uuid LANGUAGE sql VOLATILE AS $$
    SELECT (lpad(to_hex((extract(epoch FROM clock_timestamp()) * 1000)::bigint), 12, '0') || '7'
            || substr(md5(random()::text || clock_timestamp()::text), 1, 19))::uuid $$
"""


class NotTheSameRows(AssertionError):
    """The baseline writes other tables or other numbers of rows than the request does."""


Written = dict[str, list[dict[str, str | None]]]


def written_by(table: str, key: str, value: Any) -> Written:
    """Every row that the transaction behind one row of `table` left, by table, as text."""
    transaction = rows(f"SELECT xmin::text AS xid FROM {table} WHERE {key} = %s", [value])[0]["xid"]
    found: Written = {}
    for name in rows("SELECT tablename FROM pg_tables WHERE schemaname = 'public' AND tablename NOT LIKE 'bench%%'"):
        one = name["tablename"]
        columns = ", ".join(f'"{column}"::text' for column in types_of(one))
        here = rows(f'SELECT {columns} FROM "{one}" WHERE xmin = %s::xid ORDER BY 1', [transaction])
        if here:
            found[one] = here
    return found


def types_of(table: str) -> dict[str, str]:
    return {row["name"]: row["type"] for row in rows(
        "SELECT attname AS name, format_type(atttypid, atttypmod) AS type FROM pg_attribute "
        "WHERE attrelid = %s::regclass AND attnum > 0 AND NOT attisdropped ORDER BY attnum", [table])}


def defaults_of(table: str) -> set[str]:
    """Columns that the database fills by itself."""
    return {row["name"] for row in rows(
        "SELECT attname AS name FROM pg_attribute WHERE attrelid = %s::regclass AND attnum > 0 "
        "AND (atthasdef OR attidentity <> '')", [table])}


def inserts(example: Written, names: Mapping[str, str], *, but: Sequence[str] = ()) -> str:
    """CTEs that write the example's rows again, where `names` says which values vary (text -> SQL over `one`)."""
    made = []
    for table, found in example.items():
        if table in but or table in BY_TRIGGER:
            continue
        types, filled = types_of(table), defaults_of(table)
        columns = [name for name in types if name not in filled]
        selects = " UNION ALL ".join(
            f"SELECT {', '.join(value(row[name], types[name], names) for name in columns)} FROM one" for row in found)
        made.append(f"w_{table} AS (INSERT INTO {table} ({', '.join(columns)}) {selects})")
    return ",\n".join(made)


def value(text: str | None, kind: str, names: Mapping[str, str]) -> str:
    if text is not None and text in names:
        return names[text]
    if text is None:
        return f"CAST(NULL AS {kind})"
    quoted = text.replace("\\", "\\\\").replace("'", "''").replace(":", "\\u003A")  # pgbench looks for :names everywhere
    return f"CAST(E'{quoted}' AS {kind})"


def same_rows(example: Written, statement: str, table: str, key: str, variables: Mapping[str, int]) -> None:
    """Run the statement once and see that it left as many rows in each table as the request did."""
    for name, number in variables.items():
        statement = re.sub(rf"(?<!:):{name}\b", str(number), statement)
    with connection.cursor() as cursor:
        cursor.execute(statement)
        made = cursor.fetchone()[0]
    again = written_by(table, key, made)
    one, other = (Counter({name: len(found) for name, found in each.items()}) for each in (example, again))
    if one != other:
        raise NotTheSameRows(f"HTTP wrote {dict(one - other)} more, the baseline {dict(other - one)} more.")


def pgbench(database: str, statement: str, *, clients: int, transactions: int) -> float:
    """Transactions a second of `statement`, sent by `clients` at once, prepared, as the house's own role."""
    found = binaries.find_postgres()
    assert found
    with tempfile.TemporaryDirectory(prefix="house-bench-") as folder:
        script = Path(folder) / "script.sql"
        script.write_text(" ".join(statement.split("\n")) + ";\n")
        done = subprocess.run(
            [found[0] / "pgbench", "-h", connection.settings_dict["HOST"], "-U", "house_app", "-n", "-M", "prepared",
             "-c", str(clients), "-j", "2", "-t", str(transactions), "-f", script, database],
            capture_output=True, text=True, check=False)
    tps = re.search(r"tps = ([0-9.]+) \(without initial connection time\)", done.stdout)
    total = clients * transactions
    if done.returncode or not tps or f"processed: {total}/{total}\n" not in done.stdout:
        raise RuntimeError(f"pgbench: {done.stdout}{done.stderr}")
    return float(tps[1])


def table(name: str, columns: str, values: Sequence[Sequence[Any]]) -> None:
    """A small table that the statement looks its client up in."""
    execute(f"CREATE TABLE {name} ({columns})")
    with connection.cursor() as cursor:
        cursor.executemany(f"INSERT INTO {name} VALUES ({', '.join(['%s'] * len(values[0]))})", values)
    execute(f"CREATE INDEX ON {name} (n)")
    execute(f"ANALYZE {name}")
