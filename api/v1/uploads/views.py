from __future__ import annotations

from dataclasses import asdict
from typing import Any
from uuid import UUID

from django.core import signing
from django.http import FileResponse, HttpResponse
from django.http.response import HttpResponseBase
from django.urls import reverse
from drf_spectacular.types import OpenApiTypes
from rest_framework.request import Request

from api.http.refusals import LengthRequired, TooLarge, UnsupportedMedia
from api.http.rendering import reply
from api.http.schema import HouseSchema
from api.http.views import HouseView
from api.http.writes import write
from collection.kernel.refusals import Kind, NotFound, Refusal
from collection.kernel.words import Words
from collection.pickups import operations, queries
from collection.pickups.operations import MAX_BYTES, PICTURE_TYPES
from collection.pickups.queries import Photo

from . import serializers

ADDRESS_LIVES_S = 15 * 60
_SALT = "photo.put"


class AddressExpired(Refusal):
    """Ask for the upload again: an announced photo always comes with a fresh address."""

    code = "address_expired"
    kind = Kind.GONE
    words = Words("Жүктеу мекенжайының мерзімі өтті", "Адрес загрузки устарел", "The upload address has expired")


class Uploads(HouseView):
    """Announce a photo and get the address to put it at."""

    actions = {"POST": "photo.create"}
    bodies = {"POST": serializers.UploadForm}
    replies = {"POST": serializers.UploadReply}
    statuses = {"POST": 201}

    def post(self, request: Request) -> HttpResponse:
        asked = self.body()
        return write(request, lambda actor, at: operations.announce_photo(actor=actor, at=at, **asked),
                     render=upload_json, status=201)


class Upload(HouseView):
    """One of one's own photos; while it is awaited, with a fresh address."""

    actions = {"GET": "photo.read"}
    replies = {"GET": serializers.UploadReply}

    def get(self, request: Request, upload_id: UUID) -> HttpResponse:
        return reply(upload_json(queries.photo(request.actor, upload_id)))


class Content(HouseView):
    """Put the announced bytes; the signed address is the right to do so, and no token is asked for."""

    actions = {"PUT": "photo.put"}
    queries = {"PUT": serializers.PutQuery}
    bodies = {"PUT": dict.fromkeys(PICTURE_TYPES, OpenApiTypes.BINARY)}  # type: ignore[dict-item]
    replies = {"PUT": serializers.UploadReply}

    def put(self, request: Request, upload_id: UUID) -> HttpResponse:
        """Bytes as announced, no JSON. Repeating is harmless."""
        refuse_other_address(self.query()["token"], upload_id)
        picture = operations.check_photo(upload_id=upload_id, data=bytes_of(request))
        if picture is not None:
            operations.keep(upload_id, picture)
        return write(
            request,
            lambda actor, at: operations.store_photo(actor=actor, at=at, upload_id=upload_id, picture=picture),
            render=upload_json,
        )


class PictureSchema(HouseSchema):
    """The one reply of the API that is no JSON."""

    def get_response_serializers(self) -> Any:
        found = super().get_response_serializers()
        found["200", "image/jpeg"] = found.pop("200")
        return found


class Picture(HouseView):
    """The picture itself: a JPEG, upright, without EXIF."""

    actions = {"GET": "photo.read"}
    replies = {"GET": OpenApiTypes.BINARY}
    operation_ids = {"GET": "readPicture"}
    schema = PictureSchema()

    def get(self, request: Request, upload_id: UUID) -> HttpResponseBase:
        if queries.photo(request.actor, upload_id).state != "stored":
            raise NotFound
        return FileResponse(queries.kept_photo(upload_id).open("rb"), as_attachment=True,
                            filename=f"{upload_id}.jpg", content_type="image/jpeg")


def upload_json(one: Photo) -> dict[str, Any]:
    awaited = one.state == "announced"
    return asdict(one) | {"position": one.position or None, "put_url": address_of(one.id) if awaited else None}


def address_of(upload_id: UUID) -> str:
    return f"{reverse('upload-content', args=[upload_id])}?token={signing.dumps(str(upload_id), salt=_SALT)}"


def refuse_other_address(token: str, upload_id: UUID) -> None:
    """Raise AddressExpired, or NotFound for a token that is not ours or is another upload's."""
    try:
        named = signing.loads(token, salt=_SALT, max_age=ADDRESS_LIVES_S)
    except signing.SignatureExpired:
        raise AddressExpired from None
    except signing.BadSignature:
        raise NotFound from None
    if named != str(upload_id):
        raise NotFound


def bytes_of(request: Request) -> bytes:
    """The body, judged by its headers before a byte of it is read."""
    if request.META.get("CONTENT_TYPE", "").split(";")[0].strip().lower() not in PICTURE_TYPES:
        raise UnsupportedMedia(expected=list(PICTURE_TYPES))
    if request.META.get("HTTP_CONTENT_ENCODING", "identity").lower() != "identity":
        raise UnsupportedMedia(expected="identity")
    try:
        length = int(request.META["CONTENT_LENGTH"])
    except (KeyError, ValueError):
        raise LengthRequired from None
    if length > MAX_BYTES:
        raise TooLarge(max_bytes=MAX_BYTES)
    return request._request.read(length)
