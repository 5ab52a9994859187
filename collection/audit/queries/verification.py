"""Whether every line still stands as it was written, and what has been done to those that do not.

Three things must agree: a line with its own hash and with the line before; the end of a chain with its head; and the
chains with the anchors. What agrees because somebody made all of them anew disagrees with the copy kept elsewhere.

- edited: its words do not give its hash
- swapped: they do, but in another one's place
- deleted: a number is missing, or a line that an anchor knows
- truncated: the head, or the copy, knows more
- inserted: the head knows less, or two lines have one number
- rewritten: its hash was made anew, and the next line, the head, an anchor or the copy remembers another
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import date, datetime, time
from typing import Any
from uuid import UUID

import orjson

from collection.kernel.calendar import ALMATY
from collection.kernel.db import rows

from .reading import anchors_by_number

#: Each question brings at most so many findings: a table changed from end to end is no reason to fill the memory.
MOST = 10_000

CHAINS = """
WITH chosen AS (
    SELECT object_type, object_id FROM audit_auditline WHERE recorded_at >= %(since)s
    UNION SELECT object_type, object_id FROM audit_chainhead WHERE last_at >= %(since)s
), hashed AS MATERIALIZED (  -- without the words: what is sorted stays narrow
    SELECT id, object_type, object_id, seq, prev_hash, hash, hash = audit_hash(prev_hash, seq, line) AS own
    FROM audit_auditline line
    WHERE %(since)s::timestamptz IS NULL OR (object_type, object_id) IN (SELECT * FROM chosen)
), walked AS MATERIALIZED (
    SELECT *, coalesce(lag(seq) OVER chain, 0) AS before, coalesce(lag(hash) OVER chain, '') AS before_hash,
           coalesce(lag(own) OVER chain, true) AS before_own, lead(seq) OVER chain IS NULL AS is_last
    FROM hashed WINDOW chain AS (PARTITION BY object_type, object_id ORDER BY seq, id)
), wrong AS MATERIALIZED (
    SELECT * FROM walked WHERE NOT own OR prev_hash <> before_hash OR seq <> before + 1
)
SELECT CASE WHEN EXISTS (
           SELECT FROM wrong other JOIN audit_auditline line ON line.id = wrong.id
           WHERE (other.object_type, other.object_id) = (wrong.object_type, wrong.object_id) AND other.id <> wrong.id
             AND (audit_hash(line.prev_hash, other.seq, line) = line.hash  -- moved with its hashes
                  OR audit_hash(other.prev_hash, other.seq, line) = other.hash)  -- only the words changed places
       ) THEN 'swapped' ELSE 'edited' END AS kind, object_type, object_id, seq, '' AS detail
FROM wrong WHERE NOT own
UNION ALL
SELECT 'deleted', object_type, object_id, missing, ''
FROM wrong, generate_series(before + 1, seq - 1) missing
UNION ALL
SELECT 'inserted', object_type, object_id, seq, 'two lines have this number' FROM wrong WHERE seq = before
UNION ALL
SELECT 'rewritten', object_type, object_id, greatest(seq - 1, 1), 'line ' || seq || ' remembers another hash'
FROM wrong WHERE own AND before_own AND seq = before + 1
UNION ALL
SELECT CASE WHEN coalesce(line.seq, 0) < coalesce(head.last_seq, 0) THEN 'truncated'
            WHEN coalesce(line.seq, 0) > coalesce(head.last_seq, 0) THEN 'inserted' ELSE 'rewritten' END,
       object_type, object_id, least(coalesce(line.seq, 0), coalesce(head.last_seq, 0)) + (line.seq IS DISTINCT FROM
       head.last_seq)::int, 'the head of the chain stands at line ' || coalesce(head.last_seq, 0)
FROM (SELECT * FROM walked WHERE is_last) line
FULL JOIN (SELECT * FROM audit_chainhead WHERE %(since)s::timestamptz IS NULL
           OR (object_type, object_id) IN (SELECT * FROM chosen)) head USING (object_type, object_id)
WHERE line.hash IS DISTINCT FROM head.last_hash OR line.seq IS DISTINCT FROM head.last_seq
LIMIT %(most)s
"""

ROOTS = """
WITH linked AS (
    SELECT one.number, coalesce(lag(number) OVER previous, 0) AS before,
           root = audit_root(one, coalesce(lag(root) OVER previous, '')) AS own
    FROM audit_anchor one WINDOW previous AS (ORDER BY number)
)
SELECT 'edited' AS kind, number AS seq, 'its chains and the anchor before do not give its root' AS detail
FROM linked WHERE NOT own AND number = before + 1
UNION ALL
SELECT 'deleted', missing, '' FROM linked, generate_series(before + 1, number - 1) missing
LIMIT %(most)s
"""

#: What remembers heads of chains: the anchors here, or arrays from a copy.
REMEMBERED = """
SELECT CASE WHEN line.id IS NULL THEN 'deleted' ELSE 'rewritten' END AS kind, object_type, object_id, seq,
       {whose} || anchor AS detail
FROM ({heads}) head LEFT JOIN audit_auditline line USING (object_type, object_id, seq)
WHERE line.hash IS DISTINCT FROM head.hash
LIMIT %(most)s
"""
ANCHORED = REMEMBERED.format(whose="'another hash in anchor '", heads="""
    SELECT head.* FROM audit_anchoredhead head LEFT JOIN audit_anchor ON number = anchor
    WHERE %(day)s::date IS NULL OR day IS NULL OR day >= %(day)s""")
COPIED = REMEMBERED.format(whose="'another hash in the copy of anchor '", heads="""
    SELECT *, %(number)s::int AS anchor
    FROM unnest(%(types)s::text[], %(ids)s::uuid[], %(seqs)s::int[], %(hashes)s::bytea[])
         AS copy (object_type, object_id, seq, hash)""")


@dataclass(frozen=True, slots=True)
class Finding:
    """What was done to line `seq` of an object; of an anchor (object_type "anchor", no object_id) `seq` is the number."""

    kind: str
    object_type: str
    object_id: UUID | None
    seq: int
    detail: str = ""


@dataclass(frozen=True, slots=True)
class Copy:
    """An anchor as it was kept elsewhere; `heads`, if it was exported with them: (object_type, object_id, seq, hash)."""

    number: int
    root: str
    heads: list[tuple[str, UUID, int, bytes]] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Verdict:
    """What was walked and what was found. `complete`: there is no more to be found of what was asked."""

    lines: int
    chains: int
    anchors: int
    copies: int
    complete: bool
    findings: list[Finding]

    @property
    def counts(self) -> dict[str, int]:
        return dict(Counter(one.kind for one in self.findings))


def copies(file: Iterable[bytes]) -> Iterator[Copy]:
    """The anchors in a file that `anchor_audit --export` wrote. ValueError for a line that is none."""
    for number, text in enumerate(file, 1):
        try:
            one = orjson.loads(text)
            yield Copy(one["number"], one["root"], [
                (whose, UUID(thing), seq, bytes.fromhex(digest)) for whose, thing, seq, digest in one.get("heads", [])])
        except (ValueError, TypeError, KeyError) as error:
            raise ValueError(f"Line {number} is not an exported anchor: {error!r}") from error


def verify(*, since: date | None = None, kept: Iterable[Copy] = ()) -> Verdict:
    """Walk every chain and every anchor; with `since` only chains and anchors that grew on that day in Almaty or later.

    `kept` are anchors from a copy outside this database: what they say is true, whatever stands here.
    """
    asked: dict[str, Any] = {
        "since": None if since is None else datetime.combine(since, time(), ALMATY), "day": since, "most": MOST}
    chains, roots, anchored = (rows(sql, asked) for sql in (CHAINS, ROOTS, ANCHORED))
    findings = _Findings()
    findings.add(chains)
    findings.add({"object_type": "anchor", "object_id": None, **row} for row in roots)
    findings.add(anchored)
    compared, complete = 0, max(len(chains), len(roots), len(anchored)) < MOST
    present = anchors_by_number()
    for copy in kept:
        compared += 1
        here = present.get(copy.number)
        if here is None or here.root != copy.root:
            kind = "rewritten" if here else "deleted" if copy.number < max(present, default=0) else "truncated"
            findings.add([{"kind": kind, "object_type": "anchor", "object_id": None, "seq": copy.number,
                           "detail": f"the copy has the root {copy.root}"}])
        if copy.heads:
            types, ids, seqs, hashes = map(list, zip(*copy.heads, strict=True))
            found = rows(COPIED, {"number": copy.number, "types": types, "ids": ids, "seqs": seqs, "hashes": hashes,
                                  "most": MOST})
            findings.add(found)
            complete = complete and len(found) < MOST
    walked = rows("SELECT (SELECT count(*) FROM audit_auditline WHERE %(since)s::timestamptz IS NULL OR recorded_at >= "
                  "%(since)s) AS lines, (SELECT count(*) FROM audit_chainhead WHERE %(since)s::timestamptz IS NULL OR "
                  "last_at >= %(since)s) AS chains", asked)[0]
    return Verdict(**walked, anchors=len(present), copies=compared, complete=complete, findings=findings.told)


class _Findings:
    """One finding for each place, in the order they came; what follows from one already told is not told again."""

    def __init__(self) -> None:
        self.told: list[Finding] = []
        self._places: set[tuple[str, UUID | None, int]] = set()
        self._cut: dict[tuple[str, UUID | None], int] = {}  # the first line missing at the end

    def add(self, found: Iterable[dict[str, Any]]) -> None:
        for one in sorted((Finding(**row) for row in found), key=lambda one: (
                one.object_type, str(one.object_id), one.seq, one.kind != "inserted")):
            place, whose = (one.object_type, one.object_id, one.seq), (one.object_type, one.object_id)
            follows = one.kind == "deleted" and whose in self._cut and one.seq >= self._cut[whose]
            if follows or place in self._places:
                continue
            if one.kind == "truncated":
                self._cut[whose] = one.seq
            self._places.add(place)
            self.told.append(one)
