"""The evidence pack: everything known of a request, the same bytes for the same facts, checkable with sha256sum alone."""

from __future__ import annotations

import hashlib
import json
import subprocess
from datetime import date, timedelta
from io import StringIO
from uuid import uuid4
from zipfile import ZipFile

import pytest
from django.core.management import CommandError, call_command

from collection.audit.operations import anchor_lines
from collection.custody import operations as custody
from collection.custody.models import Consignment
from collection.kernel.actor import HOUSE
from collection.kernel.archive import pack
from collection.kernel.db import InsideTransaction, transaction
from collection.kernel.refusals import NotFound
from collection.payouts import operations as payouts, queries
from collection.payouts.rules.sampling import drawn
from collection.pickups.models import Pickup
from collection.pickups.queries import kept_photo
from tests.collection.payouts.paid_request import paid_request, stored_photo
from tests.collection.payouts.test_acts import text_of


@pytest.fixture
def paid(haul, office, settings, tmp_path):
    settings.UPLOAD_ROOT = tmp_path
    return paid_request(haul, office)


def opened(evidence):
    packed = evidence.packed()
    with packed.file as file, ZipFile(file) as archive:
        return packed.manifest_sha256, {name: archive.read(name) for name in archive.namelist()}


def test_what_is_in_it(paid):
    evidence = queries.evidence_of_pickup(paid.pickup_id)
    number, load = Pickup.objects.get(pk=paid.pickup_id).number, Consignment.objects.get(pk=paid.load_id).number
    assert evidence.name == f"request-{number}"
    manifest, papers = opened(evidence)
    request = json.loads(papers[f"requests/{number}/request.json"])
    assert (request["declared_g"], request["state"]) == (5_000_000, "fulfilled")
    assert request["point"]["type"] == "Point" and "handover_code" not in request
    [ticket] = json.loads(papers[f"loads/{load}/weighing.json"])
    assert (ticket["net_g"], ticket["scale_id"]) == (4_620_000, json.loads(papers["scales.json"])[0]["id"])
    [receipt] = json.loads(papers[f"loads/{load}/receipt.json"])
    assert (receipt["accepted_g"], receipt["refused_g"], receipt["reason"]) == (4_240_000, 380_000, "impurity")
    assert [one["grams"] for one in json.loads(papers[f"loads/{load}/fact.json"])].count(4_240_000) == 2
    acts = [json.loads(paper) for path, paper in papers.items() if path.startswith("acts/") and path.endswith(".json")]
    assert sorted(one["state"] for one in acts) == ["paid", "paid"]
    assert sorted(line["stage"] for one in acts for line in one["lines_of_this_request"]) == [
        "collection", "recycling", "transport"]
    assert {order["state"] for one in acts for order in one["orders"]} == {"paid"}
    printed = [paper for path, paper in papers.items() if path.startswith("acts/") and path.endswith(".pdf")]
    assert len(printed) == 2 and all("Акт выполненных работ" in text_of(paper) for paper in printed)
    way = json.loads(papers[f"loads/{load}/lineage.json"])
    assert {(one["how"], one["grams"]) for one in way["edges"]} >= {
        ("collected", 4_620_000), ("refused", 380_000), ("received", 4_240_000), ("processed", 4_240_000)}
    assert {one["name"] for one in json.loads(papers["parties.json"])} == {"Дүкен ЖШС", "ТОО collection", "ТОО recycling"}
    assert papers[f"photos/{paid.photo_id}.jpg"] == kept_photo(paid.photo_id).read_bytes()
    assert json.loads(papers["photos.json"])[0]["sha256"] == paid.photo_sha256, "of the original bytes"
    verbs = {one["verb"] for one in json.loads(papers["audit/lines.json"])}
    assert {"pickup.submit", "offer.accept", "consignment.weigh", "consignment.receive", "money.accrue", "claim.approve",
            "photo.store"} <= verbs
    listed = json.loads(papers["manifest.json"])
    assert (listed["of"], listed["lost"]) == (evidence.name, [])
    assert [one["path"] for one in listed["files"]] == sorted(papers.keys() - {"manifest.json", "SHA256SUMS"})
    assert hashlib.sha256(papers["manifest.json"]).hexdigest() == manifest


def test_papers_beside_the_load_are_in_it(paid, haul, office):
    """Its stock order, photos of what went wrong with it, and of its inspection: none of them points at the load itself."""
    at = haul.scene.at
    taken, found = (stored_photo(actor, at, shade)[0] for actor, shade in (
        (haul.recycler.actor, "red"), (office.inspector, "blue")))
    custody.report_incident(actor=haul.recycler.actor, at=at, new=custody.NewIncident(
        paid.load_id, "damage", at, "a torn bag", (taken,)))
    month, later = date(at.year, at.month, 1), at + timedelta(days=40)
    seed = next(seed for seed in map(str, range(10_000)) if drawn(seed, month, paid.load_id))
    payouts.draw_inspections(actor=office.scene.manager, at=later, programme=office.scene.code, month=month, seed=seed)
    payouts.record_inspection(actor=office.inspector, at=later, inspection_id=queries.inspections()[0].id, outcome="confirmed",
                              inspected_at=later, note="it is there", upload_ids=[found])
    _, papers = opened(queries.evidence_of_load(paid.load_id))
    assert [one["mass_g"] for one in json.loads(papers["stock-orders.json"])] == [4_620_000]
    assert [one["upload_id"] for one in json.loads(papers["incident-photos.json"])] == [str(taken)]
    assert [one["outcome"] for one in json.loads(papers["inspections/results.json"])] == ["confirmed"]
    assert [one["upload_id"] for one in json.loads(papers["inspections/photos.json"])] == [str(found)]
    assert {f"photos/{one}.jpg" for one in (paid.photo_id, taken, found)} <= papers.keys()


def test_the_same_facts_give_the_same_bytes(paid):
    def whole():
        with queries.evidence_of_pickup(paid.pickup_id).packed().file as file:
            return file.read()

    first = whole()
    assert whole() == first
    anchor_lines(actor=HOUSE, at=Consignment.objects.get(pk=paid.load_id).recorded_at)
    anchored = whole()
    assert anchored != first, "the lines are anchored: a fact more"
    assert whole() == anchored
    evidence = queries.evidence_of_pickup(paid.pickup_id)
    papers = dict(evidence.papers)
    heads = {(one["object_id"], one["seq"]): one["hash"] for one in json.loads(papers["audit/anchored.json"])}
    last = {one["object_id"]: (one["seq"], one["hash"]) for one in json.loads(papers["audit/lines.json"])}
    assert heads == {(thing, seq): digest for thing, (seq, digest) in last.items()}
    assert [one["number"] for one in json.loads(papers["audit/anchors.json"])] == [1]


def test_a_load_by_itself(paid):
    evidence = queries.evidence_of_load(paid.load_id)
    assert evidence.name.startswith("load-")
    of_request = queries.evidence_of_pickup(paid.pickup_id)
    assert evidence.papers == of_request.papers, "it served one request, and the request nothing else"
    with pytest.raises(NotFound):
        queries.evidence_of_load(uuid4())
    with pytest.raises(NotFound):
        queries.evidence_of_pickup(uuid4())


def test_anybody_can_check_it_without_us(paid, tmp_path):
    said = StringIO()
    call_command("evidence", "--pickup", str(paid.pickup_id), "--to", str(tmp_path), stdout=said)
    [archive] = tmp_path.glob("request-*.zip")
    ZipFile(archive).extractall(tmp_path / "out")
    checked = subprocess.run(["sha256sum", "--check", "--strict", "SHA256SUMS"], cwd=tmp_path / "out", capture_output=True,
                             text=True)
    assert checked.returncode == 0 and "FAILED" not in checked.stdout
    (tmp_path / f"out/photos/{paid.photo_id}.jpg").write_bytes(b"another")
    assert subprocess.run(["sha256sum", "--check", "--quiet", "SHA256SUMS"], cwd=tmp_path / "out",
                          capture_output=True).returncode == 1
    with pytest.raises(CommandError, match="There is nothing with the id"):
        call_command("evidence", "--load", str(uuid4()), stdout=said)


def test_a_picture_that_is_lost_is_named(paid):
    kept_photo(paid.photo_id).unlink()
    _, papers = opened(queries.evidence_of_pickup(paid.pickup_id))
    assert json.loads(papers["manifest.json"])["lost"] == [f"photos/{paid.photo_id}.jpg"]
    assert f"photos/{paid.photo_id}.jpg" not in papers


def test_it_is_not_put_together_while_rows_are_locked(paid):
    evidence = queries.evidence_of_pickup(paid.pickup_id)
    with transaction(), pytest.raises(InsideTransaction):
        evidence.packed()


def test_a_pack_depends_on_nothing_but_its_papers(tmp_path):
    (tmp_path / "big").write_bytes(b"0123456789" * 300_000)
    one = pack([("b", tmp_path / "big"), ("a", b"1")], about={"of": "x"})
    two = pack([("a", b"1"), ("b", tmp_path / "big")], about={"of": "x"})
    with one.file, two.file:
        assert one.file.read() == two.file.read()
    assert one.manifest_sha256 == two.manifest_sha256
    other = pack([("a", b"2"), ("b", tmp_path / "big")], about={"of": "x"})
    other.file.close()
    assert other.manifest_sha256 != one.manifest_sha256
