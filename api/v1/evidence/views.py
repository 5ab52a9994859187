"""What an officer takes along: the evidence pack of one request or load, the dossier of one company."""

from __future__ import annotations

from uuid import UUID

from django.http import FileResponse, HttpResponse
from django.http.response import HttpResponseBase
from drf_spectacular.types import OpenApiTypes
from rest_framework.request import Request

from api.http.documents import FileSchema, attachment, taking
from api.http.etags import unchanged
from api.http.rendering import reply
from api.http.views import HouseView
from collection.payouts import queries
from collection.payouts.queries import Evidence

from . import serializers

PDF, ZIP = "application/pdf", "application/zip"


class Dossier(HouseView):
    """One company: contracts, means, loads by month, stocks, rules hit, money, and what the record says of it."""

    actions = {"GET": "dossier.read"}
    replies = {"GET": serializers.DossierReply}
    operation_ids = {"GET": "readDossier"}

    def get(self, request: Request, organisation_id: UUID) -> HttpResponse:
        return reply(queries.dossier(request.actor, organisation_id).plain())


class DossierPaper(HouseView):
    """The same as a paper, in Kazakh and Russian."""

    actions = {"GET": "dossier.read"}
    replies = {"GET": OpenApiTypes.BINARY}
    operation_ids = {"GET": "readDossierPaper"}
    schema = FileSchema()
    media_types = (PDF,)
    content_negotiation_class = taking(PDF)

    def get(self, request: Request, organisation_id: UUID) -> HttpResponse:
        return attachment(queries.dossier_pdf(request.actor, organisation_id), PDF, f"dossier-{organisation_id}.pdf")


class PickupEvidence(HouseView):
    """Everything known of a request as one zip: papers, pictures, acts, the audit chain and its anchors, and hashes of all.

    The same facts give the same bytes. The ETag is the SHA-256 of `manifest.json`.
    """

    actions = {"GET": "evidence.read"}
    replies = {"GET": OpenApiTypes.BINARY}
    operation_ids = {"GET": "readPickupEvidence"}
    schema = FileSchema()
    media_types = (ZIP,)
    content_negotiation_class = taking(ZIP)

    def get(self, request: Request, pickup_id: UUID) -> HttpResponseBase:
        return packed(request, queries.evidence_of_pickup(pickup_id))


class ConsignmentEvidence(HouseView):
    """The same of one load, with or without a request."""

    actions = {"GET": "evidence.read"}
    replies = {"GET": OpenApiTypes.BINARY}
    operation_ids = {"GET": "readConsignmentEvidence"}
    schema = FileSchema()
    media_types = (ZIP,)
    content_negotiation_class = taking(ZIP)

    def get(self, request: Request, consignment_id: UUID) -> HttpResponseBase:
        return packed(request, queries.evidence_of_load(consignment_id))


def packed(request: Request, evidence: Evidence) -> HttpResponseBase:
    """Streamed from where it was put together; 304 for who has it."""
    pack = evidence.packed()
    tag = f'"{pack.manifest_sha256}"'
    if unchanged(request, tag):
        pack.file.close()
        return HttpResponse(status=304, headers={"ETag": tag})
    return FileResponse(pack.file, as_attachment=True, filename=f"{evidence.name}.zip", content_type=ZIP,
                        headers={"ETag": tag})
