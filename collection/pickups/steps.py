"""Moving a pickup along: conditional UPDATEs, so that of two racing verbs one touches no row."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from django.db.models import F

from collection.kernel.actor import Actor
from collection.kernel.db import rows
from collection.kernel.ids import uuid7

from .models import Pickup, Upload
from .states import WAITING_STATES


def fulfil(pickup_ids: Sequence[UUID], *, at: datetime) -> int:
    """accepted -> fulfilled; returns how many moved (fewer than asked: somebody else ended one first)."""
    return Pickup.objects.filter(pk__in=pickup_ids, state="accepted").update(
        state="fulfilled", closed_at=at, version=F("version") + 1
    )


def end(pickup_id: UUID, *, state: str, reason: str, at: datetime, allowed_from: Sequence[str]) -> bool:
    """Cancelled, failed or expired, if the pickup is still in one of `allowed_from`."""
    return bool(
        Pickup.objects.filter(pk=pickup_id, state__in=allowed_from).update(
            state=state, reason=reason, closed_at=at, version=F("version") + 1
        )
    )


def reopen(pickup_id: UUID) -> bool:
    """accepted -> submitted: the collector gave it back, and dispatch looks again."""
    return bool(
        Pickup.objects.filter(pk=pickup_id, state="accepted").update(
            state="submitted", collector=None, collector_contract=None, recycler=None, recycler_contract=None,
            facility=None, driver_id=None, vehicle=None, accepted_at=None, handover_code="", version=F("version") + 1,
        )
    )


#: What a lorry left may be fetched for so long at least.
REST_WINDOW = timedelta(days=3)


@dataclass(frozen=True, slots=True)
class Rest:
    id: UUID
    number: int
    pickup_id: UUID  # of which it is what was left
    mass_g: int


def leave_rest(rests: Mapping[UUID, int], *, at: datetime, window: timedelta = REST_WINDOW) -> list[Rest]:
    """What is left of each pickup (id -> grams) is asked for again, from now on, as a request of its own, for as
    long as before and for `window` at least. One statement.

    Its grams are not declared a second time: they are part of what was declared first.
    """
    return [Rest(**row) for row in rows(
        """
        INSERT INTO pickups_pickup (
            id, number, programme_id, generator_id, site_id, category_id, waste_code_id, declared_g, mass_assumed, origin,
            note, window_from, window_to, point, region_id, district_id, state, occurred_at, submitted_at, created_by, reason,
            handover_code, wave, version, residual_of_id)
        SELECT rest.id, nextval('pickup_number'), p.programme_id, p.generator_id, p.site_id, p.category_id, p.waste_code_id,
               rest.mass_g, p.mass_assumed, p.origin, p.note, greatest(p.window_from, %(at)s),
               greatest(p.window_to, %(at)s + %(window)s), p.point, p.region_id, p.district_id, 'submitted', %(at)s, %(at)s,
               p.created_by, '', '', 0, 1, p.id
        FROM unnest(%(ids)s::uuid[], %(pickups)s::uuid[], %(masses)s::bigint[]) AS rest (id, pickup_id, mass_g)
        JOIN pickups_pickup p ON p.id = rest.pickup_id
        RETURNING id, number, residual_of_id AS pickup_id, declared_g AS mass_g
        """,
        {"ids": [uuid7(at) for _ in rests], "pickups": list(rests), "masses": list(rests.values()), "at": at,
         "window": window},
    )] if rests else []


def evidence(upload_ids: Sequence[UUID], *, actor: Actor) -> tuple[dict[UUID, str], list[tuple[int, str]]]:
    """Stored photos of the actor's own organisation -> the hashes of their original bytes, and what is wrong with which of
    `upload_ids`: `duplicate`, `not_found` (or somebody else's), `photo_not_stored`."""
    found = Upload.objects.in_bulk(list(upload_ids))
    wrong = []
    for n, pk in enumerate(upload_ids):
        photo = found.get(pk)
        if pk in upload_ids[:n]:
            wrong.append((n, "duplicate"))
        elif photo is None or (not actor.is_house and photo.organisation_id != actor.organisation_id):
            wrong.append((n, "not_found"))
        elif photo.state != "stored":
            wrong.append((n, "photo_not_stored"))
    return {pk: photo.sha256 for pk, photo in found.items()}, wrong


def keep_part(pickup_id: UUID, *, part_g: int, at: datetime) -> Rest | None:
    """The pickup asks for `part_g` grams from now on, and its rest is a request of its own with the same window.

    None if it does not wait any more, or asks for no more than that. What was declared stays declared, with the first.
    """
    asked = rows("SELECT declared_g FROM pickups_pickup WHERE id = %s AND state = ANY (%s) AND declared_g > %s FOR UPDATE",
                 [pickup_id, list(WAITING_STATES), part_g])
    if not asked:
        return None
    [rest] = leave_rest({pickup_id: asked[0]["declared_g"] - part_g}, at=at, window=timedelta())
    Pickup.objects.filter(pk=pickup_id).update(declared_g=part_g, version=F("version") + 1)
    return rest


def touch(pickup_id: UUID) -> None:
    """Something that is shown with the pickup has changed (its job moved): whoever polls must see a new version."""
    Pickup.objects.filter(pk=pickup_id).update(version=F("version") + 1)


def attach(photo_ids: Sequence[UUID], *, pickup_id: UUID, organisation_id: UUID) -> bool:
    """Photos may still be on their way; they only have to be announced by the same organisation and be free.

    False when one of them is not: then none may be kept, and the caller refuses.
    """
    taken = Upload.objects.filter(pk__in=photo_ids, organisation_id=organisation_id, pickup=None).update(
        pickup_id=pickup_id)
    return taken == len(set(photo_ids))
