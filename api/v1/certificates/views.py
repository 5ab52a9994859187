from __future__ import annotations

from dataclasses import asdict
from typing import Any
from uuid import UUID

from django.http import HttpResponse
from django.urls import reverse
from drf_spectacular.types import OpenApiTypes
from rest_framework.request import Request

from api.http.documents import FileSchema, attachment, taking
from api.http.etags import etag
from api.http.pagination import Page, PageQuery
from api.http.rendering import reply
from api.http.steps import Step
from api.http.views import HouseView
from api.http.writes import write
from collection.custody import operations, queries

from . import serializers

PDF = "application/pdf"


class Certificates(HouseView):
    """Certificates of recycling: what became of one's waste, as a paper that anybody can check."""

    actions = {"GET": "certificate.read", "POST": "certificate.issue"}
    queries = {"GET": PageQuery}
    bodies = {"POST": serializers.CertificateForm}
    replies = {"GET": serializers.CertificatesReply, "POST": serializers.CertificateReply}
    statuses = {"POST": 201}

    def get(self, request: Request) -> HttpResponse:
        """One's own, the newest first; all for the operator's staff."""
        page = Page.of(request, self.query())
        found = queries.certificates(request.actor, after=page.after, limit=page.limit + 1)
        return reply(page.answer(found, position=lambda one: one.id, render=asdict))

    def post(self, request: Request) -> HttpResponse:
        """A certificate of whole months that are over. Asked again while nothing has changed, the same one is given."""
        asked = self.body()
        return write(request, lambda actor, at: operations.issue_certificate(actor=actor, at=at, **asked), render=asdict,
                     status=201)


class Certificate(HouseView):
    """One certificate, and whether it still holds."""

    actions = {"GET": "certificate.read"}
    replies = {"GET": serializers.CertificateReply}

    def get(self, request: Request, certificate_id: UUID) -> HttpResponse:
        found = queries.certificate(request.actor, certificate_id)
        response = reply(asdict(found))
        response["ETag"] = etag(found.version, request.actor.role)  # for If-Match alone: the facts behind it move without it
        return response


class CertificatePdf(HouseView):
    """The paper, in Kazakh and Russian, with the QR code of its check."""

    actions = {"GET": "certificate.read"}
    replies = {"GET": OpenApiTypes.BINARY}
    operation_ids = {"GET": "readCertificateAsPdf"}
    schema = FileSchema()
    media_types = (PDF,)
    content_negotiation_class = taking(PDF)

    def get(self, request: Request, certificate_id: UUID) -> HttpResponse:
        found = queries.certificate(request.actor, certificate_id)
        address = request.build_absolute_uri(reverse("check", args=[found.code]))
        return attachment(queries.certificate_pdf(request.actor, certificate_id, address=address), PDF,
                          f"certificate-{found.number}.pdf")


class Revoke(Step):
    """Take it back: its check says so from now on, and why."""

    actions = {"POST": "certificate.revoke"}
    bodies = {"POST": serializers.RevokeForm}
    replies = {"POST": serializers.CertificateReply}
    verb = staticmethod(operations.revoke_certificate)


class Check(HouseView):
    """Does the paper in my hand hold? For everybody, by the code that is printed on it."""

    actions = {"GET": "certificate.check"}
    replies = {"GET": serializers.CheckedCertificateReply}
    queries = {"GET": serializers.CodeQuery}
    operation_ids = {"GET": "checkCertificate"}

    def get(self, request: Request) -> HttpResponse:
        return reply(told(queries.certificate_by_code(self.query()["code"])))


def told(found: Any) -> dict[str, Any]:
    """What a stranger is shown: the paper, without ids; of a person's number the last digits, to compare with the paper's."""
    shown = asdict(found)
    for name in ("id", "generator_id", "version"):
        del shown[name]
    if found.person:
        shown["identity_number"] = f"********{found.identity_number[-4:]}"
    del shown["person"]
    return shown
