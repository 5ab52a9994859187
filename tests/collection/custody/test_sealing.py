"""What a party has signed does not change, whoever writes: over the operations, and by raw SQL as the house and as the owner."""

from __future__ import annotations

from hashlib import sha256

import pytest
from django.db import ProgrammingError, connection, transaction

from collection.custody import operations as custody, queries
from collection.custody.models import Signature, TransportSheet, Weighing
from collection.custody.operations.weighings import SheetUnsigned
from collection.kernel.actor import HOUSE
from collection.kernel.refusals import NotFound, StaleVersion, Unprocessable, WrongState
from tests import cast
from tests.collection.custody.haul import TONNE
from tests.collection.custody.refusing import database_refuses, refused

PAPER = {"estimated_g": 2 * TONNE, "packages": "12 bales", "plate": "777XYZ02", "driver_name": "Aibek", "remark": "wet"}
#: The same fields as raw SQL would change them.
RAW = ("estimated_g = 1", "packages = 'none'", "plate = '999AAA01'", "driver_name = 'somebody'", "remark = ''")


def run(sql, params=()):
    with connection.cursor() as cursor:
        cursor.execute(sql, params)
        return cursor.rowcount


def drawn_up(haul, **changes):
    """A load whose sheet nobody has signed."""
    return haul.loaded(cast.AT, signed=False, **changes)[0]


def sign(haul, pk, party, actor=None, **more):
    actor = actor or (haul.recycler if party == "recycler" else haul.collector).actor
    return custody.sign_sheet(actor=actor, at=cast.AT, consignment_id=pk, party=party, **more)


def test_a_sheet_is_open_until_the_driver_signs(haul, verbs):
    pk = drawn_up(haul)
    custody.amend_sheet(actor=haul.collector.actor, at=cast.AT, consignment_id=pk, changes=PAPER, version=1)
    sheet = TransportSheet.objects.get()
    assert {name: getattr(sheet, name) for name in PAPER} == PAPER
    with refused(StaleVersion):
        sign(haul, pk, "driver", version=1)  # the sheet that was seen is another one
    sign(haul, pk, "driver", version=2)
    signature = Signature.objects.get()
    assert (signature.party, signature.method, signature.signed_by) == ("driver", "session", haul.collector.actor.user_id)
    for name, value in PAPER.items():
        with refused(custody.SheetSealed, **{name: "sheet_sealed"}):
            custody.amend_sheet(actor=haul.collector.actor, at=cast.AT, consignment_id=pk, changes={name: value})
    with refused(custody.AlreadySigned):
        sign(haul, pk, "driver")
    assert verbs(pk) == ["consignment.load", "sheet.amend", "sheet.sign"]


@pytest.mark.parametrize("owner", [False, True])
@pytest.mark.parametrize("change", RAW)
def test_what_the_driver_signed_no_update_changes(haul, change, owner):
    pk = drawn_up(haul)
    if owner:
        run("RESET ROLE")
    assert run(f"UPDATE custody_transportsheet SET {change}") == 1  # nobody has signed yet
    sign(haul, pk, "driver")
    TransportSheet.objects.filter(pk=pk).update(plate=TransportSheet.objects.get().plate)  # no change is no change
    again = change.replace("''", "'changed'").replace("= 1", "= 2").replace("'none'", "'some'").replace("999", "998").replace(
        "somebody", "nobody")
    with database_refuses("sheet_is_sealed"):
        run(f"UPDATE custody_transportsheet SET {again}")


def test_what_the_generator_signed_is_sealed_and_the_drivers_part_is_open(haul):
    pk = drawn_up(haul, site_id=haul.scene.generator.site_id, point=None)
    sign(haul, pk, "generator", haul.scene.generator.actor)
    for change in RAW[:2]:
        with database_refuses("sheet_is_sealed"):
            run(f"UPDATE custody_transportsheet SET {change}")
    assert run(f"UPDATE custody_transportsheet SET {', '.join(RAW[2:])}") == 1
    sign(haul, pk, "driver")
    with database_refuses("sheet_is_sealed"):
        run("UPDATE custody_transportsheet SET remark = 'changed'")


@pytest.mark.parametrize("owner", [False, True])
def test_neither_sheet_nor_signature_is_deleted_or_moved(haul, owner):
    haul.received(cast.AT, [TONNE])
    if owner:
        run("RESET ROLE")
        for sql in ("DELETE FROM custody_transportsheet", "DELETE FROM custody_signature",
                    "UPDATE custody_signature SET digest = repeat('0', 64)", "UPDATE custody_signature SET party = 'driver'"):
            with database_refuses("rows are history"):
                run(sql)
        for change in ("drawn_at = now()", "consignment_id = gen_random_uuid()"):
            with database_refuses("sheet_is_sealed"):
                run(f"UPDATE custody_transportsheet SET {change}")
    else:
        for sql in ("DELETE FROM custody_transportsheet", "TRUNCATE custody_signature CASCADE", "DELETE FROM custody_signature",
                    "UPDATE custody_signature SET digest = ''", "UPDATE custody_transportsheet SET drawn_at = now()"):
            with pytest.raises(ProgrammingError, match="permission denied"), transaction.atomic():
                run(sql)


def test_each_step_signs_for_its_party_and_the_digest_is_of_the_rows(scene, haul):
    pk = haul.received(cast.AT, [TONNE], refused_g=1000)[0]
    assert set(Signature.objects.values_list("party", "method")) == {("driver", "session"), ("recycler", "session")}
    sheet = queries.sheet(haul.recycler.actor, pk)
    assert all(one.holds for one in sheet.signatures) and (sheet.closed_by, sheet.closed_at) == ("receipt", cast.AT)
    (text,) = sheet.to_sign
    assert text.party == "recycler" and '"refused_g": 1000' in text.content
    assert text.digest == sha256(text.content.encode()).hexdigest() == sheet.signatures[1].digest
    with refused(NotFound):
        queries.sheet(scene.stranger.actor, pk)


@pytest.mark.parametrize(("values", "constraint"), [
    ({"digest": "0" * 64}, "signature_is_of_the_rows"), ({"content": "something else"}, "signature_is_of_the_rows"),
    ({"party": "recycler"}, "nothing_to_sign"), ({"party": "stranger"}, "signature_is_known"),
    ({"method": "fax"}, "signature_is_known"), ({"party": "generator", "method": "code"}, ""),
    ({"method": "code"}, "signature_is_known"), ({"method": "eds"}, "eds_is_whole"),
    ({"container": "MII"}, "eds_is_whole"),
    ({}, ""), ({"twice": True}, "signed_once"),
])
def test_a_signature_that_lies_is_refused(haul, values, constraint):
    pk = drawn_up(haul)
    row = {"party": "driver", "method": "session", "digest": "", "content": "", "container": ""} | values
    twice = row.pop("twice", False)
    sql = f"""INSERT INTO custody_signature (id, consignment_id, signer_number, certificate_serial, verified_by, signed_at,
              recorded_at, {', '.join(row)}) VALUES (gen_random_uuid(), %s, '', '', '', now(), now()
              {', %s' * len(row)})"""
    if twice or not constraint:
        assert run(sql, [pk, *row.values()]) == 1
    if constraint:
        with database_refuses(constraint):
            run(sql, [pk, *row.values()])


def test_only_parties_sign_and_each_for_itself(scene, haul):
    pk = drawn_up(haul)
    for actor, party in ((scene.stranger.actor, "driver"), (haul.recycler.actor, "driver"), (haul.collector.actor, "recycler"),
                         (haul.collector.actor, "generator"), (scene.manager, "driver")):
        with refused(NotFound):
            sign(haul, pk, party, actor)
    with refused(WrongState):
        sign(haul, pk, "recycler")  # there is no receipt
    with refused(NotFound):
        custody.amend_sheet(actor=haul.recycler.actor, at=cast.AT, consignment_id=pk, changes={"remark": "x"})
    with refused(Unprocessable, plate="plate_invalid"):
        custody.amend_sheet(actor=haul.collector.actor, at=cast.AT, consignment_id=pk, changes={"plate": "?"})


def test_nothing_unsigned_is_weighed(haul):
    pk = drawn_up(haul)
    with refused(SheetUnsigned):
        custody.weigh(actor=HOUSE, at=cast.AT, tickets=[haul.ticket(pk, cast.AT, TONNE)])
    with database_refuses("weighing_needs_signed_sheet"):
        Weighing.objects.bulk_create([Weighing(
            id=pk, consignment_id=pk, scale_id=haul.scale_id, ticket_number="T", occurred_at=cast.AT, recorded_at=cast.AT,
            gross_g=2, tare_g=1, certificate_number="K", certified_from=cast.AT.date(), certified_until=cast.AT.date())])
    sign(haul, pk, "driver")
    custody.weigh(actor=HOUSE, at=cast.AT, tickets=[haul.ticket(pk, cast.AT, TONNE)])


def test_an_estimate_is_a_mass_and_never_the_net(haul):
    pk = haul.loaded(cast.AT, estimated_g=5 * TONNE)[0]
    custody.weigh(actor=HOUSE, at=cast.AT, tickets=[haul.ticket(pk, cast.AT, TONNE)])
    assert (TransportSheet.objects.get().estimated_g, Weighing.objects.get().net_g) == (5 * TONNE, TONNE)
    drawn_up(haul)
    with database_refuses("estimate_positive"):
        run("UPDATE custody_transportsheet SET estimated_g = 0 WHERE estimated_g IS NULL")
