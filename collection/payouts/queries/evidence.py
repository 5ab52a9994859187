"""Everything that is known of one request, or of one load without a request: the papers of its evidence pack.

All papers are of one moment, and the same facts give the same bytes. Whatever custody and payouts keep about a
load is in it: a table that points at a load is found by its foreign key, so a new one needs no word here.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from uuid import UUID

import orjson
from django.apps import apps

from collection.custody.models import Consignment
from collection.custody.queries import Lineage, lineage
from collection.kernel.actor import HOUSE
from collection.kernel.archive import Packed, pack
from collection.kernel.db import outside_transaction, rows
from collection.kernel.refusals import NotFound
from collection.pickups.queries import kept_photo

from ..acts import Act, pdf
from .acts import act

#: What is no fact of the load: how the database keeps it, and a secret of two people.
_UNTOLD = "'{xid,handover_code}'::text[]"

_WITH = """
WITH pickup AS (
    SELECT * FROM pickups_pickup WHERE id = %(pickup)s OR id IN (
        SELECT pickup_id FROM custody_consignmentpickup WHERE consignment_id = %(load)s)
), load AS (  -- and whatever came of them, or they came from, by division
    SELECT * FROM custody_consignment WHERE source_id IN (
        SELECT source_id FROM custody_consignment WHERE id = %(load)s OR id IN (
            SELECT consignment_id FROM custody_consignmentpickup WHERE pickup_id = %(pickup)s))
), grouping AS (
    SELECT * FROM custody_grouping WHERE id IN (
        SELECT grouping_id FROM custody_groupingmember WHERE consignment_id IN (SELECT id FROM load))
), batch AS (
    SELECT DISTINCT batch.* FROM custody_batch batch JOIN custody_batchinput input ON input.batch_id = batch.id
    WHERE input.consignment_id IN (SELECT id FROM load)
), line AS (
    SELECT * FROM payouts_accrualline WHERE consignment_id IN (SELECT id FROM load)
), claim AS (
    SELECT * FROM payouts_claim WHERE id IN (SELECT claim_id FROM line)
), job AS (
    SELECT * FROM dispatch_job WHERE pickup_id IN (SELECT id FROM pickup)
), photo AS (
    SELECT * FROM pickups_upload WHERE pickup_id IN (SELECT id FROM pickup) OR id IN (
        SELECT upload_id FROM custody_incidentphoto shown JOIN custody_incident incident ON incident.id = shown.incident_id
        WHERE incident.consignment_id IN (SELECT id FROM load)
        UNION SELECT upload_id FROM payouts_inspectionphoto shown
        JOIN payouts_inspectionresult result ON result.id = shown.result_id
        JOIN payouts_inspection lot ON lot.id = result.inspection_id
        WHERE lot.consignment_id IN (SELECT id FROM load))
), thing AS (
    SELECT id FROM pickup UNION SELECT id FROM load UNION SELECT id FROM batch
    UNION SELECT id FROM claim UNION SELECT id FROM grouping
    UNION SELECT id FROM job UNION SELECT id FROM photo
    UNION SELECT id FROM custody_weighing WHERE consignment_id IN (SELECT id FROM load)
    UNION SELECT id FROM custody_receipt WHERE consignment_id IN (SELECT id FROM load)
), grown AS (
    SELECT head.* FROM audit_anchoredhead head WHERE head.object_id IN (SELECT id FROM thing)
)
"""


def _rows_of(source: str, order: str = "row.id") -> str:
    return f"jsonb_agg(to_jsonb(row) - {_UNTOLD} ORDER BY {order}) FROM {source} row"


_PAPERS = f"""
SELECT 'requests/' || number || '/request.json' AS path,
       to_jsonb(row) - {_UNTOLD} || jsonb_build_object('point', ST_AsGeoJSON(point)::jsonb) AS paper FROM pickup row
UNION ALL SELECT 'requests/' || pickup.number || '/jobs.json', jsonb_agg(to_jsonb(job) ORDER BY job.id)
    FROM job JOIN pickup ON pickup.id = job.pickup_id GROUP BY pickup.number
UNION ALL SELECT 'loads/' || number || '/load.json', to_jsonb(row) - {_UNTOLD} FROM load row
UNION ALL SELECT 'groupings/' || number || '.json', to_jsonb(row) FROM grouping row
UNION ALL SELECT 'batches/' || number || '.json', to_jsonb(row) FROM batch row
UNION ALL SELECT 'acts/claim-' || claim.number || '.json', to_jsonb(claim) || jsonb_build_object(
        'contract_number', contract.number,
        'lines_of_this_request', (SELECT {_rows_of('line')} WHERE row.claim_id = claim.id),
        'verdicts', (SELECT {_rows_of('payouts_verdict')} WHERE row.claim_id = claim.id),
        'orders', (SELECT {_rows_of('payouts_paymentorder')} WHERE row.claim_id = claim.id))
    FROM claim JOIN contracts_contract contract ON contract.id = claim.contract_id
UNION ALL SELECT 'holds.json', {_rows_of('payouts_hold')} WHERE row.line_id IN (SELECT id FROM line)
UNION ALL SELECT 'photos.json', {_rows_of('photo')}
UNION ALL SELECT 'scales.json', jsonb_agg(to_jsonb(scale) ORDER BY scale.id) FROM registry_scale scale WHERE scale.id IN (
    SELECT scale_id FROM custody_weighing WHERE consignment_id IN (SELECT id FROM load))
UNION ALL SELECT 'stock-orders.json', {_rows_of('custody_stockorder', 'row.weighing_id')} WHERE row.weighing_id IN (
    SELECT id FROM custody_weighing WHERE consignment_id IN (SELECT id FROM load))
UNION ALL SELECT 'tares.json', {_rows_of('custody_storedtare')} WHERE row.id IN (
    SELECT stored_tare_id FROM custody_weighing WHERE consignment_id IN (SELECT id FROM load))
UNION ALL SELECT 'incident-photos.json', {_rows_of('custody_incidentphoto')} WHERE row.incident_id IN (
    SELECT id FROM custody_incident WHERE consignment_id IN (SELECT id FROM load))
UNION ALL SELECT 'inspections/results.json', {_rows_of('payouts_inspectionresult')} WHERE row.inspection_id IN (
    SELECT id FROM payouts_inspection WHERE consignment_id IN (SELECT id FROM load))
UNION ALL SELECT 'inspections/photos.json', {_rows_of('payouts_inspectionphoto')} WHERE row.result_id IN (
    SELECT id FROM payouts_inspectionresult WHERE inspection_id IN (
        SELECT id FROM payouts_inspection WHERE consignment_id IN (SELECT id FROM load)))
UNION ALL SELECT 'parties.json', jsonb_agg(jsonb_build_object(
        'id', id, 'kind', kind, 'identity_number', identity_number, 'name', name) ORDER BY id)
    FROM accounts_organisation WHERE id IN (
        SELECT generator_id FROM pickup UNION SELECT collector_id FROM load UNION SELECT recycler_id FROM load
        UNION SELECT generator_id FROM load)
UNION ALL SELECT 'audit/states.json', {_rows_of('audit_statechange')} WHERE row.object_id IN (SELECT id FROM thing)
UNION ALL SELECT 'audit/lines.json', {_rows_of('audit_auditline', 'row.object_type, row.object_id, row.seq')}
    WHERE (row.object_type, row.object_id) IN (
        SELECT object_type, object_id FROM audit_chainhead WHERE object_id IN (SELECT id FROM thing))
UNION ALL SELECT 'audit/anchored.json', {_rows_of('grown', 'row.object_type, row.object_id, row.seq')}
UNION ALL SELECT 'audit/anchors.json', {_rows_of('audit_anchor', 'row.number')}
    WHERE row.number IN (SELECT anchor FROM grown)
"""


def _kept_of_loads() -> Iterator[tuple[str, str, str]]:
    """Each table of custody and of money with a foreign key to a load: (file name, table, column)."""
    for room in ("custody", "payouts"):
        for model in apps.get_app_config(room).get_models():
            keys = [field for field in model._meta.concrete_fields if field.related_model is Consignment]
            for key in keys:
                name = model.__name__.lower() + (f"-{key.name}" if len(keys) > 1 else "")
                yield name, model._meta.db_table, str(key.column)


def _statement() -> str:
    of_loads = "".join(
        f"UNION ALL SELECT 'loads/' || load.number || '/{name}.json', jsonb_agg(to_jsonb(kept) - {_UNTOLD} "
        f"ORDER BY to_jsonb(kept)::text) FROM {table} kept JOIN load ON load.id = kept.{column} GROUP BY load.number\n"
        for name, table, column in _kept_of_loads())
    return (f"{_WITH} SELECT path, jsonb_pretty(paper) AS paper FROM ({_PAPERS} {of_loads}) found "
            'WHERE paper IS NOT NULL ORDER BY path COLLATE "C"')


@dataclass(frozen=True, slots=True)
class Evidence:
    """What goes into the pack: rows as papers, the claims' acts to be printed, and pictures to be read from the disk.

    `photos`: ids of kept pictures; their rows, with the originals' hashes, are `photos.json`.
    """

    name: str
    papers: tuple[tuple[str, bytes], ...]
    acts: tuple[Act, ...]
    photos: tuple[UUID, ...]

    def packed(self) -> Packed:
        """The zip; outside any transaction, for it takes a while. A picture that is lost is named so in the manifest."""
        outside_transaction()
        acts = [(f"acts/claim-{one.claim_number}.pdf", pdf(one)) for one in self.acts]
        pictures = {f"photos/{one}.jpg": kept_photo(one) for one in self.photos}
        lost = sorted(path for path, file in pictures.items() if not file.exists())
        there = [(path, file) for path, file in pictures.items() if path not in lost]
        return pack([*self.papers, *acts, *there], about={"of": self.name, "lost": lost})


def evidence_of_pickup(pickup_id: UUID) -> Evidence:
    """A request, every load that served it, and their money; NotFound where there is none. For officers only."""
    return _evidence("requests", pickup=pickup_id)


def evidence_of_load(consignment_id: UUID) -> Evidence:
    """A load, the requests it served, and its money; NotFound where there is none. For officers only."""
    return _evidence("loads", load=consignment_id)


def _evidence(folder: str, *, pickup: UUID | None = None, load: UUID | None = None) -> Evidence:
    """The rows are of one statement. Lineage and acts are read beside them, so the rows are read again until all agree."""
    asked = {"pickup": pickup, "load": load}
    papers = _rows(asked)
    while True:
        subject = next((path for path in papers if path.startswith(f"{folder}/")), None)
        if subject is None:
            raise NotFound
        loads = {path: orjson.loads(paper)["id"] for path, paper in papers.items() if path.endswith("/load.json")}
        claims = [orjson.loads(paper)["id"] for path, paper in papers.items() if path.startswith("acts/")]
        acts = tuple(act(HOUSE, UUID(one)) for one in claims)
        ways = {path.replace("load.json", "lineage.json"): _plain(lineage(HOUSE, UUID(one))) for path, one in loads.items()}
        before, papers = papers, _rows(asked)
        if papers == before:
            break
    photos = [UUID(row["id"]) for row in orjson.loads(papers.get("photos.json", b"[]")) if row["state"] == "stored"]
    return Evidence(f"{folder[:-1]}-{subject.split('/')[1]}", tuple(sorted((papers | ways).items())), acts, tuple(photos))


def _rows(asked: dict[str, UUID | None]) -> dict[str, bytes]:
    return {row["path"]: row["paper"].encode() for row in rows(_statement(), asked)}


def _plain(way: Lineage) -> bytes:
    return orjson.dumps(way, option=orjson.OPT_INDENT_2)
