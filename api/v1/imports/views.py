"""Files and lists that are taken whole: every row, or none and every row's error."""
from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, replace
from datetime import datetime
from typing import Any

from django.http import HttpResponse
from drf_spectacular.types import OpenApiTypes
from rest_framework.request import Request

from api.http.documents import file_of
from api.http.parsing import document
from api.http.views import HouseView
from api.http.writes import write
from api.importing import single
from api.v1.programmes.serializers import TariffChangeReply
from collection.contracts import queries as contracts
from collection.custody import operations
from collection.kernel.actor import Actor
from collection.kernel.refusals import Refusal

from . import serializers

CSV = "text/csv"
MAX_FILE = 16 << 20


class Weighings(HouseView):
    """A scale-house's journal, as JSON or as CSV (scale,ticket,weighed_at,gross_t,tare_t,load,plate,manual).

    A ticket (scale, number, time) that is known with the same masses is left alone, so the same journal may be sent again.
    What is wrong is named at `/rows/N/...` counted from 0, in a file at `/lines/N/...` with the header as line 1.
    """

    actions = {"POST": "weighing.import"}
    bodies = {"POST": {"application/json": serializers.JournalForm, CSV: OpenApiTypes.BINARY}}  # type: ignore[dict-item]
    replies = {"POST": serializers.JournalReply}
    operation_ids = {"POST": "importWeighings"}

    def post(self, request: Request) -> HttpResponse:
        if request.META.get("CONTENT_TYPE", "").split(";")[0].strip().lower() == CSV:
            _, data = file_of(request, [CSV], max_bytes=MAX_FILE)
            return write(request, lambda actor, at: single.import_journal(actor, at, data), render=journal)
        rows = [operations.ScaleRow(**one) for one in serializers.JournalForm.read(document(request))["rows"]]

        def take(actor: Actor, at: datetime) -> list[operations.Read]:
            try:
                return operations.import_weighings(actor=actor, at=at, rows=rows)
            except Refusal as refusal:  # a list of one is spoken of as the thing itself; here it stands in `rows`
                start = "/rows/0" if len(rows) == 1 else "/rows"
                raise type(refusal)(defects=[replace(one, pointer=start + one.pointer) for one in refusal.defects],
                                    **refusal.fields) from None

        return write(request, take, render=journal)


class Contracts(HouseView):
    """contracts.csv of docs/taking-over.md as drafts; none counts for anything before a second person approves it."""

    actions = {"POST": "contract.create"}
    bodies = {"POST": {CSV: OpenApiTypes.BINARY}}  # type: ignore[dict-item]
    replies = {"POST": serializers.ContractsImportedReply}
    statuses = {"POST": 201}
    operation_ids = {"POST": "importContracts"}

    def post(self, request: Request, code: str) -> HttpResponse:
        programme = contracts.programme_by_code(code).code
        _, data = file_of(request, [CSV], max_bytes=MAX_FILE)
        return write(request, lambda actor, at: single.import_contracts(actor, at, programme, data),
                     render=lambda count: {"contracts": count}, status=201)


class Tariffs(HouseView):
    """tariffs.csv of docs/taking-over.md as one proposed change; nothing changes until a second person approves."""

    actions = {"POST": "tariff.create"}
    queries = {"POST": serializers.ReasonQuery}
    bodies = {"POST": {CSV: OpenApiTypes.BINARY}}  # type: ignore[dict-item]
    replies = {"POST": TariffChangeReply}
    statuses = {"POST": 201}
    operation_ids = {"POST": "importTariffs"}

    def post(self, request: Request, code: str) -> HttpResponse:
        programme, reason = contracts.programme_by_code(code).code, self.query()["reason"]
        _, data = file_of(request, [CSV], max_bytes=MAX_FILE)
        return write(request, lambda actor, at: single.import_tariffs(actor, at, programme, data, reason=reason),
                     render=asdict, status=201)


def journal(read: Sequence[operations.Read]) -> dict[str, Any]:
    return {"rows": [asdict(one) for one in read]}
