"""The dossier of a company says what the papers say: contracts, loads, balances, rules hit, money."""

from __future__ import annotations

import json
from datetime import date
from io import StringIO
from uuid import uuid4

import pytest
from django.core.management import CommandError, call_command

from collection.accounts.models import Organisation
from collection.custody import operations as custody
from collection.kernel.actor import HOUSE
from collection.kernel.db import execute
from collection.kernel.refusals import NotFound
from collection.payouts import queries
from tests import cast
from tests.collection.custody.haul import TONNE
from tests.collection.payouts.paid_request import paid_request
from tests.collection.payouts.test_acts import text_of

MARCH = date(2026, 3, 1)


@pytest.fixture
def paid(haul, office, settings, tmp_path):
    settings.UPLOAD_ROOT = tmp_path
    return paid_request(haul, office)


def test_of_a_recycler(haul, office, paid):
    at = cast.AT
    haul.recycled(at, [2 * TONNE], scale_id=haul.scale(until=date(2026, 3, 1)))  # the certificate ended yesterday
    custody.sell(actor=haul.recycler.actor, at=at, sales=[
        custody.NewSale(haul.recycler.facility_id, "polymer", TONNE, "ТОО", "E-1", at)])
    office.accrue(at)
    told = queries.dossier(HOUSE, haul.recycler.actor.organisation_id)
    assert told.company.name == "ТОО recycling"
    [contract] = told.contracts
    assert (contract.number, contract.state, contract.kind) == (haul.recycler.number, "active", "recycling")
    assert {(one.kind, one.until) for one in told.means} == {
        ("facility", None), ("scale", date(2030, 12, 31)), ("scale", date(2026, 3, 1))}
    [month] = told.loads
    assert (month.part, month.month, month.category, month.loads_n) == ("recycler", MARCH, "polymer", 2)
    assert (month.declared_g, month.collected_g, month.received_g, month.recycled_g, month.paid_g) == (
        0, 6_620_000, 6_240_000, 6_240_000, 4_240_000)
    [stock] = told.stocks
    assert stock.left_g == 3_816_000 + 1_800_000 - TONNE
    whole = next(one for one in told.balances if one.material == "all")
    assert (whole.month, whole.opening_g, whole.in_g, whole.out_g, whole.loss_g, whole.closing_g) == (
        MARCH, 0, 6_240_000, TONNE, 624_000, 4_616_000)
    [held] = told.held
    assert (held.rule, held.stage, held.mass_g, held.lifted_at) == ("calibration_expired", "recycling", 2 * TONNE, None)
    [rule] = [one for one in told.rules if one.how == "hold"]
    assert (rule.rule, rule.how, rule.hits_n, rule.open_n, rule.amount_tiyn) == (held.rule, "hold", 1, 1, held.amount_tiyn)
    [claim] = told.claims
    assert (claim.state, claim.amount_tiyn) == ("paid", 3_282_502)  # 1.79 of MRP 4,325 on 4.240 t
    assert {one.kind: one.balance_tiyn for one in told.accounts} == {"accrued": -held.amount_tiyn, "approved": 0}
    assert {one.verb: one.lines_n for one in told.verbs} == {
        "claim.prepare": 1, "claim.submit": 1, "consignment.receive": 1, "consignment.weigh": 1, "product.sell": 1}
    assert told.changed_by_hand_n == 0


def test_of_a_generator_and_of_somebody_changed_by_hand(haul, paid):
    shop = haul.scene.generator.actor.organisation_id
    told = queries.dossier(HOUSE, shop)
    [month] = told.loads
    assert (month.part, month.loads_n, month.declared_g, month.received_g, month.paid_g) == (
        "generator", 1, 5 * TONNE, 4_240_000, 4_240_000)
    assert (told.contracts, told.claims, told.stocks, told.held) == ((), (), (), ())
    execute("SET CONSTRAINTS ALL IMMEDIATE")
    execute("SELECT set_config('house.audit_line', '', true)")  # the next transaction
    execute("UPDATE accounts_organisation SET name = 'Other' WHERE id = %s", [shop])
    assert queries.dossier(HOUSE, shop).changed_by_hand_n == 1
    with pytest.raises(NotFound):
        queries.dossier(HOUSE, uuid4())


def test_the_statements_do_not_grow_with_the_loads(haul, office, paid, django_assert_max_num_queries):
    haul.recycled(cast.AT, [TONNE] * 20)
    office.accrue(cast.AT)
    with django_assert_max_num_queries(16):
        queries.dossier(HOUSE, haul.collector.actor.organisation_id)


def test_the_command(haul, paid, tmp_path):
    company = Organisation.objects.get(pk=haul.collector.actor.organisation_id)
    said = StringIO()
    call_command("dossier", company.identity_number, stdout=said)
    call_command("dossier", str(company.pk), "--to", str(tmp_path / "out.json"))
    told = json.loads(said.getvalue())
    assert told == json.loads((tmp_path / "out.json").read_text())
    assert told["company"]["identity_number"] == company.identity_number and told["currency"] == "KZT"
    assert [one["month"] for one in told["loads"]] == ["2026-03"]
    for nobody in ("000000000000", "x", str(uuid4())):
        with pytest.raises(CommandError, match="There is no company"):
            call_command("dossier", nobody)


def test_the_paper(haul, paid, tmp_path):
    company = haul.recycler.actor.organisation_id
    first = queries.dossier_pdf(HOUSE, company)
    assert first == queries.dossier_pdf(HOUSE, company)
    said = text_of(first)
    for words in ("Кәсіпорын досьесі / Досье предприятия", "ТОО recycling", haul.recycler.number, "Өңд. / Перер.", "4,240",
                  "32 825,02", "Масса балансы / Баланс масс", "2026-03", "Удержанное Жоқ / Нет", "consignment.receive"):
        assert words in said, words
    call_command("dossier", str(company), "--to", str(tmp_path / "out.pdf"))
    assert (tmp_path / "out.pdf").read_bytes() == first
