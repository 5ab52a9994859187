from __future__ import annotations

from dataclasses import asdict
from uuid import UUID

from django.http import HttpResponse
from rest_framework.request import Request

from api.http.rendering import reply
from api.http.views import HouseView
from api.http.writes import write
from collection.accounts import operations, queries

from . import serializers


class Keys(HouseView):
    """API keys of my organisation's own systems, newest first."""

    actions = {"GET": "key.read", "POST": "key.create"}
    bodies = {"POST": serializers.KeyForm}
    replies = {"GET": serializers.KeysReply, "POST": serializers.NewKeyReply}
    statuses = {"POST": 201}
    operation_ids = {"GET": "listKeys"}

    def get(self, request: Request) -> HttpResponse:
        return reply({"items": [asdict(one) for one in queries.keys_of(request.actor)]})

    def post(self, request: Request) -> HttpResponse:
        """The only answer that shows the token; the house keeps its hash."""
        asked = self.body()
        return write(request, lambda actor, at: operations.create_key(actor=actor, at=at, **asked), render=asdict, status=201,
                     secret=True)


class Key(HouseView):
    """One key: when it was used last; or revoked, from the next request on."""

    actions = {"GET": "key.read", "DELETE": "key.revoke"}
    replies = {"GET": serializers.KeyReply}

    def get(self, request: Request, key_id: UUID) -> HttpResponse:
        return reply(asdict(queries.key_of(request.actor, key_id)))

    def delete(self, request: Request, key_id: UUID) -> HttpResponse:
        return write(request, lambda actor, at: operations.revoke_key(actor=actor, at=at, key_id=key_id), render=lambda _: None)
