"""Fifty loads in one call and one by one leave the same rows in every table, but for ids, numbers and recorded times."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import timedelta
from uuid import UUID

import pytest
from django.db import connection, transaction

from collection.custody import operations as custody
from collection.dispatch.models import Job
from collection.kernel.actor import HOUSE
from collection.kernel.ids import uuid7
from collection.kernel.refusals import Refusal
from collection.payouts import operations as payouts
from tests import cast
from tests.collection.custody.haul import TONNE

LOADS, FROM_JOBS = 50, 5
UUID_ = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}")
#: Filled in by the database (a digest is of its numbers too) or drawn at random: what the two ways cannot have in common.
FREE = {"id", "number", "xid", "recorded_at", "seq", "prev_hash", "hash", "last_hash", "last_at", "transaction_id", "fact_id",
        "line_id", "account_id", "reversal_of_id", "reverses_id", "created_at", "digest"}
#: How far accrual has looked, and how often it was rung for: those are the two ways themselves.
WAYS = {"payouts_ratedupto", "notifications_outboxrow"}


class Undone(Exception):
    pass


def test_fifty_at_once_and_one_by_one(scene, haul):
    jobs = [scene.accept(haul.collector, scene.offered(declared_g=TONNE + n)) for n in range(FROM_JOBS)]
    loads = [
        custody.Load(loaded_at=cast.AT, job_id=job.job_id, vehicle_id=haul.collector.vehicle_id, id=uuid7(cast.AT),
                     handover_code=Job.objects.get(pk=job.job_id).pickup.handover_code)
        for job in jobs
    ] + [haul.load(cast.AT, id=uuid7(cast.AT), origin="central_municipal" if n % 7 == 0 else "own_premises")
         for n in range(LOADS - FROM_JOBS)]
    steps = Steps(haul, loads)
    before = tables()
    known = {*UUID_.findall(str(before)), *(str(one.id) for one in loads)}
    at_once = left_by(lambda: steps.run(lambda verb, items: verb(items)), before, known)
    one_by_one = left_by(lambda: steps.run(lambda verb, items: [verb([one]) for one in items]), before, known)
    assert at_once.keys() == one_by_one.keys()
    for table in at_once:
        assert at_once[table] == one_by_one[table], table
    assert {"custody_fact", "payouts_accrualline", "payouts_ledgerentry", "payouts_hold", "contracts_allotment",
            "audit_auditline", "audit_statechange", "notifications_notice", "dispatch_job"} <= at_once.keys()
    assert len(at_once["custody_fact"]) == LOADS + 2 * 40 + 4 * 16  # ten went back, sixteen were corrected


class Steps:
    """Every verb of the kilograms for the same loads, each item as it would come by itself."""

    def __init__(self, haul, loads):
        self.haul, self.loads = haul, loads
        self.nets = [(1 + n % 9) * TONNE + n for n in range(len(loads))]
        self.tickets = [haul.ticket(one.id, cast.AT, net) for one, net in zip(loads, self.nets, strict=True)]
        self.receipts = [
            custody.NewReceipt(one.id, *((0, net, cast.AT, "wet") if n % 5 == 0 else (net - 7, 7, cast.AT, "impurity")))
            for n, (one, net) in enumerate(zip(loads, self.nets, strict=True))
        ]
        self.batches = [
            custody.NewBatch(haul.recycler.contract_id, "polymer", (one.consignment_id,), one.accepted_g - 9, 4, 5,
                             cast.AT + timedelta(hours=1))
            for one in self.receipts if one.accepted_g
        ]
        self.corrections = [custody.NewCorrection(one.consignment_id, one.accepted_g - 3, "slip")
                            for one in self.receipts[:20] if one.accepted_g]
        self.sales = [custody.NewSale(haul.recycler.facility_id, "polymer", 5 + n, "ТОО", f"E{n}", cast.AT)
                      for n in range(9)]

    def run(self, each: Callable[[Callable, list], object]) -> None:
        house = {"actor": HOUSE, "at": cast.AT}
        each(lambda items: custody.load(**house, loads=items), self.loads)
        each(lambda items: custody.weigh(**house, tickets=items), self.tickets)
        each(lambda items: custody.deliver(**house, consignment_ids=items), [one.id for one in self.loads])
        each(lambda items: custody.receive(**house, receipts=items), self.receipts)
        each(lambda items: custody.process(**house, batches=items), self.batches)
        programme = self.haul.scene.programme.id
        each(lambda items: payouts.accrue(**house, programme_id=programme, consignment_ids=items),
             [one.id for one in self.loads])
        each(lambda items: custody.correct_receipts(**house, corrections=items), self.corrections)
        each(lambda items: payouts.accrue(**house, programme_id=programme, consignment_ids=items),
             [one.id for one in self.loads])
        each(lambda items: custody.sell(**house, sales=items), self.sales)


def tables() -> dict[str, set[str]]:
    """Every table's rows as they stand."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT tablename FROM pg_tables WHERE schemaname = 'public' AND tablename ~ "
                       "'^(custody|payouts|contracts|dispatch|pickups|audit|notifications)_' ORDER BY 1")
        names = [row[0] for row in cursor.fetchall()]
        found = {}
        for name in names:
            cursor.execute(f"SELECT to_jsonb(t) - %s::text[], to_jsonb(t)::text FROM {name} t", [list(FREE)])
            found[name] = cursor.fetchall()
    return found


def left_by(run: Callable[[], object], before, known: set[str]) -> dict[str, list[str]]:
    """What `run` leaves in each table, undone again; ids that did not exist before are all alike."""
    found: dict[str, list[str]] = {}
    try:
        with transaction.atomic():
            run()
            for name, rows in tables().items():
                old = {text for _, text in before[name]}
                new = [shape for shape, text in rows if text not in old]
                if new and name not in WAYS:
                    found[name] = sorted(alike(str(shape), name, known) for shape in new)
            raise Undone
    except Undone:
        return found


def alike(row: str, table: str, known: set[str]) -> str:
    row = UUID_.sub(lambda match: match[0] if match[0] in known else "*", row)
    return re.sub(r"\d+", "#", row) if table == "notifications_notice" else row  # the texts name numbers


@pytest.mark.parametrize("bad", range(3))
def test_one_bad_of_many_writes_nothing(haul, bad):
    ids: list[UUID] = haul.loaded(cast.AT, 3)
    tickets = [haul.ticket(pk, cast.AT, -1 if n == bad else TONNE) for n, pk in enumerate(ids)]
    with pytest.raises(Refusal) as caught:
        custody.weigh(actor=HOUSE, at=cast.AT, tickets=tickets)
    assert [one.pointer for one in caught.value.defects] == [f"/{bad}/gross_g"]
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM custody_weighing")
        assert cursor.fetchone() == (0,)


def test_the_number_of_statements_does_not_grow_with_the_list(haul, django_assert_max_num_queries):
    few, many = haul.loaded(cast.AT, 2), haul.loaded(cast.AT, 40)
    counts = []
    for ids in (few, many):
        with django_assert_max_num_queries(20) as seen:
            custody.weigh(actor=HOUSE, at=cast.AT, tickets=[haul.ticket(pk, cast.AT, TONNE) for pk in ids])
        counts.append(len(seen))
    assert counts[0] == counts[1]
