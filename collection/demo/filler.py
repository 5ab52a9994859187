"""Many rows at once for benches: set-based SQL into a database made for that, and refused anywhere else.

The rows are valid and refer to each other as real ones do, but no operation ran: triggers and foreign keys are not asked
while they are written, there is no audit, and every organisation says that it is synthetic.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from uuid import UUID

from collection.accounts.models import Organisation
from collection.contracts.models import Contract, ContractCategory, ContractRegion, Programme, ServedArea
from collection.custody.models import Consignment, Fact, Weighing
from collection.kernel.db import execute, rows
from collection.payouts.models import AccrualLine, Claim, Paid, PaymentOrder, Register
from collection.pickups.models import Declared, Pickup
from collection.registry.models import Base, Facility, FacilityCapacity, Scale, Site, Vehicle

from .inserting import bulk, insert, made_id, run, without_index

AT = "'2024-01-01 00:00+05'::timestamptz"
MONTHS = 20  # January 2024 to August 2025
CATEGORIES = ("paper", "glass", "polymer", "metal", "composite", "tyres", "tyres_oversize", "oils", "batteries")
#: Series of made ids: the first byte of a UUID, so that rows of different tables never share one.
ORGANISATION, BASE, FACILITY, CONTRACT, LOAD, WEIGHING, SITE, PICKUP, CLAIM, REGISTER, ORDER, SCALE, VEHICLE = range(0xA0, 0xAD)


def programme(code: str, *, synthetic: bool = True) -> UUID:
    """A programme that lasts from January 2024 on; returns its id."""
    with bulk():
        insert(Programme, {
            "id": "gen_random_uuid()", "code": f"'{code}'", "name_kk": f"'{code}'", "name_ru": f"'{code}'",
            "name_en": f"'{code}'", "synthetic": str(synthetic), "starts_on": "'2024-01-01'::date"}, "(SELECT 1) AS one")
    return UUID(str(rows("SELECT id FROM contracts_programme WHERE code = %s", [code])[0]["id"]))


def contracts(programme_id: UUID, *, collecting: int, recycling: int = 0, full_cycle: int = 0,
              regions: Sequence[str] | None = None, categories: Sequence[str] = CATEGORIES, each: int = 1) -> None:
    """Contracts in force, each for one category and one region; an organisation, with its base or plant, has `each` of them.

    They are dealt to `regions` (all by default) and `categories` in turn; places lie within two degrees of the region's
    middle. With many rows the nearest-contract index is dropped before and made after, which is three times faster.
    """
    count = collecting + recycling + full_cycle
    before = rows("SELECT count(*) AS n FROM contracts_contract")[0]["n"]
    regions = list(regions or (row["kato"] for row in rows("SELECT kato FROM geo_region ORDER BY kato")))
    kind = (f"CASE WHEN n <= {collecting} THEN 'collection' WHEN n <= {collecting + recycling} THEN 'recycling' "
            "ELSE 'full_cycle' END")
    with bulk():
        execute("SELECT setseed(0.5)")
        execute(
            f"""
            CREATE TEMP TABLE dealt ON COMMIT DROP AS
            SELECT n, n + {before} AS serial, {before} + 1 + (n - 1) / {each} AS owner, n %% {each} = 1 %% {each} AS founds,
                   {kind} AS kind, region.kato AS region,
                   (%(categories)s::text[])[1 + (n - 1) %% %(c)s] AS category,
                   ST_SetSRID(ST_MakePoint(ST_X(label_point::geometry) + 4 * random() - 2,
                              ST_Y(label_point::geometry) + 4 * random() - 2), 4326)::geography AS point
            FROM generate_series(1, %(count)s) n
            JOIN geo_region region ON kato = (%(regions)s::text[])[1 + (n - 1 + (n - 1) / %(c)s) %% %(r)s]
            """,
            {"categories": list(categories), "c": len(categories), "count": count, "regions": regions, "r": len(regions)})
        insert(Organisation, {
            "id": made_id(ORGANISATION, "owner"), "kind": "'company'", "identity_number": "'9' || lpad(owner::text, 11, '0')",
            "name": "'ТОО ' || owner", "synthetic": "true", "created_at": AT}, "dealt WHERE founds")
        for model, series, but in ((Base, BASE, "recycling"), (Facility, FACILITY, "collection")):
            insert(model, {
                "id": made_id(series, "owner"), "organisation_id": made_id(ORGANISATION, "owner"), "name": "'Place'",
                "point": "point", "region_id": "region", "precision": "'region'", "created_at": AT},
                f"dealt WHERE founds AND kind <> '{but}'")
        insert(Vehicle, {
            "id": made_id(VEHICLE, "owner"), "organisation_id": made_id(ORGANISATION, "owner"), "plate": "'V' || owner",
            "payload_g": "25000000", "created_at": AT}, "dealt WHERE founds AND kind <> 'recycling'")
        insert(FacilityCapacity, {
            "facility_id": made_id(FACILITY, "owner"), "category_id": "category", "monthly_g": str(10**15)},
            "dealt WHERE founds AND kind <> 'collection'")
        insert(Contract, {
            "id": made_id(CONTRACT, "serial"), "programme_id": f"'{programme_id}'::uuid",
            "organisation_id": made_id(ORGANISATION, "owner"), "number": "'B-' || serial", "kind": "kind",
            "state": "'active'", "valid": "'[2024-01-01,2100-01-01)'::daterange", "iban": "'KZ86125KZT5004100100'",
            "base_id": f"CASE WHEN kind <> 'recycling' THEN {made_id(BASE, 'owner')} END",
            "facility_id": f"CASE WHEN kind <> 'collection' THEN {made_id(FACILITY, 'owner')} END",
            "created_at": AT, "approved_at": AT}, "dealt")
        insert(ContractCategory, {
            "contract_id": made_id(CONTRACT, "serial"), "category_id": "category", "quota_g": str(10**15)}, "dealt")
        insert(ContractRegion, {"contract_id": made_id(CONTRACT, "serial"), "region_id": "region"}, "dealt")
        with without_index("served_area_nearest", when=count >= 50_000):
            insert(ServedArea, {
                "programme_id": f"'{programme_id}'::uuid", "contract_id": made_id(CONTRACT, "serial"), "leg": "leg",
                "category_id": "category", "region_id": "region", "point": "point", "quota_g": str(10**15)},
                """dealt JOIN (VALUES ('collection', 'recycling'), ('recycling', 'collection')) AS legs (leg, but)
                ON dealt.kind <> but""")


def weighings(programme_id: UUID, count: int, *, facts_only: bool = False, paid_every: int = 5) -> None:
    """Loads that were weighed, received and recycled, dealt over 20 months and the contracts, from their region's districts.

    For each: a consignment, its ticket and its three facts (with `facts_only` just these: all that statistics read, in a
    third of the time). Every `paid_every`-th is in a paid claim line (0: none). Needs `contracts` of every leg before.
    """
    with bulk():
        first = rows("SELECT count(*) AS n FROM custody_fact WHERE measure = 'collected'")[0]["n"]
        _deal_contracts(programme_id)
        run(f"""
            CREATE TEMP TABLE loads ON COMMIT DROP AS
            SELECT n + {first} AS n, 1000000 + (n * 7919) % 20000000 AS net_g,
                   (date '2024-01-01' + make_interval(days => (n * 31 % 609)::int))::date AS on_day,
                   collector.contract_id AS collector_id, collector.organisation_id AS collector_org,
                   collector.kind AS collector_kind, recycler.contract_id AS recycler_id,
                   recycler.organisation_id AS recycler_org, recycler.kind AS recycler_kind, recycler.facility_id,
                   collector.category, collector.region, collector.districts[1 + n / (SELECT count(*) FROM collector)
                       % greatest(cardinality(collector.districts), 1)] AS district
            FROM generate_series(1::bigint, {count}) n
            JOIN collector ON collector.place = n % (SELECT count(*) FROM collector)
            JOIN recycler ON recycler.place = collector.place % (SELECT count(*) FROM recycler)""")
        same = {"programme_id": f"'{programme_id}'::uuid", "category_id": "category", "region_id": "region",
                "district_id": "district", "facility_id": "facility_id"}
        at = "on_day + time '12:00'"
        if not facts_only:
            _load(same, at)
        fact = same | {"consignment_id": made_id(LOAD, "n"), "occurred_on": "on_day", "supply_on": "on_day",
                       "sealed_on": "on_day", "n": "1", "recorded_at": at}
        for measure, grams, leg in (("collected", "net_g", "collector"), ("received", "net_g - n % 2", "recycler"),
                                    ("recycled", "net_g - n % 2", "recycler")):
            insert(Fact, fact | {
                "measure": f"'{measure}'", "grams": grams, "contract_id": f"{leg}_id", "contract_kind": f"{leg}_kind"},
                "loads")
        if paid_every:
            _pay(programme_id, paid_every, same, at)


def pickups(programme_id: UUID, count: int, *, generators: int = 100) -> None:
    """Fulfilled requests of some generators with one site each, and their declared tonnes."""
    with bulk():
        first = rows("SELECT count(*) AS n FROM pickups_pickup")[0]["n"]
        serial = f"({10**9} + n)"
        insert(Organisation, {
            "id": made_id(ORGANISATION, serial), "kind": "'company'", "identity_number": "'8' || lpad(n::text, 11, '0')",
            "name": "'Дүкен ' || n", "synthetic": "true", "created_at": AT},
            f"generate_series(0, {generators - 1}) n", again="id")
        insert(Site, {
            "id": made_id(SITE, "n"), "organisation_id": made_id(ORGANISATION, serial), "name": "'Site'",
            "point": "label_point", "region_id": "region_id", "district_id": "kato", "precision": "'district'",
            "created_at": AT}, f"generate_series(0, {generators - 1}) n JOIN {_DISTRICTS} ON place = n % {_PLACES}", again="id")
        _deal_contracts(programme_id)
        category = f"(ARRAY[{', '.join(map(repr, CATEGORIES))}])[1 + n % {len(CATEGORIES)}]"
        day = "(date '2024-01-01' + make_interval(days => (n * 31 % 609)::int))::date"
        same = {"programme_id": f"'{programme_id}'::uuid", "category_id": category, "region_id": "region_id",
                "district_id": "kato"}
        number, at = f"({first} + n)", f"{day} + time '10:00'"
        source = (f"generate_series(0, {count - 1}) n JOIN {_DISTRICTS} ON place = n % {generators} % {_PLACES} "
                  "JOIN collector ON collector.place = n % (SELECT count(*) FROM collector)")
        insert(Pickup, same | {
            "id": made_id(PICKUP, number), "generator_id": made_id(ORGANISATION, f"({10**9} + n % {generators})"),
            "site_id": made_id(SITE, f"(n % {generators})"), "declared_g": "1000000 + n", "origin": "'own_premises'",
            "window_from": at, "window_to": f"{at} + interval '8 hours'", "point": "label_point", "state": "'fulfilled'",
            "occurred_at": at, "submitted_at": at, "accepted_at": at, "closed_at": at,
            "collector_id": "collector.organisation_id", "collector_contract_id": "collector.contract_id",
            "handover_code": "'000000'"}, source)
        insert(Declared, same | {
            "pickup_id": made_id(PICKUP, number), "occurred_on": day, "grams": "1000000 + n", "n": "1", "recorded_at": at},
            source)


_DISTRICTS = """(SELECT row_number() OVER (ORDER BY kato) - 1 AS place, kato, region_id,
    label_point::geography AS label_point FROM geo_district) AS districts"""
_PLACES = "(SELECT count(*) FROM geo_district)"


def _deal_contracts(programme_id: UUID) -> None:
    """collector and recycler: the programme's contracts for each leg, numbered from 0."""
    for table, but in (("collector", "recycling"), ("recycler", "collection")):
        execute(f"""
            CREATE TEMP TABLE {table} ON COMMIT DROP AS
            SELECT row_number() OVER (ORDER BY contract.id) - 1 AS place, contract.id AS contract_id,
                   contract.organisation_id, contract.kind, contract.facility_id,
                   (SELECT min(category_id) FROM contracts_contractcategory WHERE contract_id = contract.id) AS category,
                   served.region_id AS region,
                   ARRAY(SELECT kato FROM geo_district WHERE region_id = served.region_id ORDER BY kato) AS districts
            FROM contracts_contract contract JOIN contracts_contractregion served ON served.contract_id = contract.id
            WHERE programme_id = %s AND kind <> '{but}'""", [programme_id])


def _load(same: Mapping[str, str], at: str) -> None:
    """The consignments and their tickets, all from one scale."""
    insert(Consignment, dict(same) | {
        "id": made_id(LOAD, "n"), "source_id": made_id(LOAD, "n"), "origin": "'own_premises'", "collector_id": "collector_org",
        "collector_contract_id": "collector_id", "recycler_id": "recycler_org", "recycler_contract_id": "recycler_id",
        "state": "'processed'", "loaded_at": at, "recorded_at": at, "delivered_at": at}, "loads")
    insert(Scale, {
        "id": made_id(SCALE, "0"), "organisation_id": made_id(ORGANISATION, "1"), "serial": "'S-0'",
        "certificate_number": "'C-0'", "certified_from": "'2024-01-01'::date", "certified_until": "'2099-12-31'::date",
        "created_at": AT}, "(SELECT 1) AS one", again="id")
    insert(Weighing, {
        "id": made_id(WEIGHING, "n"), "consignment_id": made_id(LOAD, "n"), "scale_id": made_id(SCALE, "0"),
        "ticket_number": "n::text", "occurred_at": at, "recorded_at": at, "gross_g": "12000000 + net_g",
        "tare_g": "12000000", "certificate_number": "'C-0'", "certified_from": "'2024-01-01'::date",
        "certified_until": "'2099-12-31'::date"}, "loads")


def _pay(programme_id: UUID, every: int, same: Mapping[str, str], at: str) -> None:
    """One claim and one order for each contract, a line for every `every`-th load: enough for statistics, no ledger."""
    programme = {"programme_id": f"'{programme_id}'::uuid"}
    lines = f"loads WHERE n % {every} = 0"
    amount = "net_g * 3 / 2"
    insert(Register, programme | {
        "id": "gen_random_uuid()", "state": "'settled'", "orders_n": "1", "amount_tiyn": "1", "created_at": AT,
        "approved_by": "gen_random_uuid()"}, "(SELECT 1) AS one")
    insert(Claim, programme | {
        "id": "gen_random_uuid()", "contract_id": "contract_id", "month": f"'{date(2025, 8, 1)}'::date", "state": "'paid'",
        "lines_n": "1", "mass_g": "1", "amount_tiyn": "1", "einvoice_number": "contract_id::text", "act_number": "'1'",
        "approved_by": "gen_random_uuid()", "verified_by": "gen_random_uuid()", "approved_at": AT, "paid_at": AT,
        "created_at": AT},
        "recycler WHERE NOT EXISTS (SELECT FROM payouts_claim old WHERE old.contract_id = recycler.contract_id)")
    insert(PaymentOrder, {
        "id": "gen_random_uuid()", "register_id": "(SELECT id FROM payouts_register LIMIT 1)", "claim_id": "id",
        "iban": "''", "amount_tiyn": "1", "state": "'paid'", "bank_reference": "id::text"},
        "payouts_claim claim WHERE NOT EXISTS (SELECT FROM payouts_paymentorder old WHERE old.claim_id = claim.id)")
    insert(AccrualLine, programme | {
        "contract_id": "recycler_id", "consignment_id": made_id(LOAD, "loads.n"), "fact_id": "fact.id", "stage": "'recycling'",
        "category_id": "loads.category", "tariff_id": "gen_random_uuid()", "coefficient": "1", "index_tiyn": "1",
        "mass_g": "net_g", "amount_tiyn": amount, "supply_on": "on_day", "claim_month": "'2025-08-01'::date",
        "claim_id": "claim.id", "accrued_at": at},
        f"""(SELECT * FROM {lines}) loads JOIN custody_fact fact ON fact.consignment_id = {made_id(LOAD, "loads.n")}
            AND fact.measure = 'recycled' JOIN payouts_claim claim ON claim.contract_id = recycler_id""")
    insert(Paid, {name: sql for name, sql in same.items() if name != "facility_id"} | {
        "contract_id": "recycler_id", "contract_kind": "recycler_kind", "occurred_on": "on_day", "grams": "net_g",
        "tiyn": amount, "n": "1", "recorded_at": at, "line_id": "line.id", "order_id": "orders.id"},
        f"""(SELECT * FROM {lines}) loads JOIN (SELECT id, claim_id, consignment_id FROM payouts_accrualline) line
            ON line.consignment_id = {made_id(LOAD, "loads.n")}
            JOIN (SELECT id, claim_id FROM payouts_paymentorder) orders ON orders.claim_id = line.claim_id""")
