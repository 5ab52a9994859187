"""Everything a phone keeps, and then what changed: made for bad networks, exact under concurrent writers."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any
from uuid import UUID

import orjson
from django.http import HttpResponse
from rest_framework.request import Request

from api.http.pagination import InvalidCursor, seal, unseal
from api.http.rendering import reply
from api.http.views import HouseView
from api.v1.consignments.views import rendered_for
from collection.accounts.rights import STAFF_ROLES, may
from collection.custody import queries as custody
from collection.dispatch import queries as dispatch
from collection.kernel import feed
from collection.kernel.actor import Actor
from collection.kernel.refusals import Defect, Kind, Refusal
from collection.kernel.words import Words

from . import serializers

LISTING, FOLLOWING = "listing", "following"


class SyncTooOld(Refusal):
    """Changes since then are no longer kept (or the database was set back): list everything anew."""

    code = "sync_token_expired"
    kind = Kind.GONE
    words = Words("Синхрондау белгісі ескірді, бәрін қайта жүктеңіз", "Метка синхронизации устарела, загрузите всё заново",
                  "The sync token is too old: load everything anew")


class Sync(HouseView):
    """What I may see and what changed of it since.

    Without `since` everything is listed page by page; then the same token follows: changed objects whole, and ids that are
    gone, deleted or no longer mine to see. Some changes are told twice, none is missed. A token is of one person in one role.
    """

    actions = {"GET": "sync.read"}
    queries = {"GET": serializers.SyncQuery}
    replies = {"GET": serializers.SyncReply}
    operation_ids = {"GET": "followSync"}

    def get(self, request: Request) -> HttpResponse:
        asked, actor = self.query(), request.actor
        scope = orjson.dumps(["sync", actor.user_id, actor.organisation_id, actor.role])
        step = (LISTING, feed.horizon(), 0)
        if "since" in asked:
            try:
                step = unseal(asked["since"], scope)  # type: ignore[assignment]
            except InvalidCursor:
                raise InvalidCursor(defects=[Defect("/since", InvalidCursor.code)]) from None
        oldest, newest = feed.kept()
        if not oldest <= step[1] <= newest:
            raise SyncTooOld
        answer: dict[str, list[Any]] = {name: [] for name in ("pickups", "offers", "jobs", "consignments", "gone")}
        go_on = listed if step[0] == LISTING else followed
        then, has_more = go_on(request, answer, *step[1:], limit=asked["limit"])
        return reply(answer | {"next": seal(then, scope), "has_more": has_more})


def listed(request: Request, answer: dict[str, list[Any]], horizon: int, number: int, *after: Any,
           limit: int) -> tuple[tuple[Any, ...], bool]:
    """One page of one kind; after the last kind, what changed since the first page."""
    kinds = kinds_of(request.actor)
    kind = kinds[number]
    found, positions = looked_up(request, kind, after=after or None, limit=limit + 1)
    answer[f"{kind}s"] = found[:limit]
    if len(found) > limit:
        return (LISTING, horizon, number, *positions[limit - 1]), True
    if number + 1 < len(kinds):
        return (LISTING, horizon, number + 1), True
    return (FOLLOWING, horizon, 0), True


def followed(request: Request, answer: dict[str, list[Any]], since: int, until: int, *after: Any,
             limit: int) -> tuple[tuple[Any, ...], bool]:
    """One page of changes. The round's first page says from which transaction on the next round reads (`until`)."""
    actor, kinds = request.actor, kinds_of(request.actor)
    organisation = feed.STAFF if actor.role in STAFF_ROLES else actor.organisation_id
    # what is a driver's is told to the driver; offers are the whole organisation's
    told = tuple(kind for kind in kinds if kind == "offer") if actor.role == "driver" else kinds
    found, xmin = feed.changes(organisation, actor.user_id, kinds=told, since=since, after=after or None, limit=limit)
    for kind in kinds:
        changed = {one.object_id: one.gone for one in found if one.kind == kind}
        if changed:
            objects, positions = looked_up(request, kind, ids=list(changed), limit=len(changed))
            answer[f"{kind}s"] = objects
            answer["gone"] += [{"kind": kind, "id": one, "reason": "deleted" if deleted else "access_lost"}
                               for one, deleted in changed.items() if one not in {position[-1] for position in positions}]
    if len(found) == limit:
        return (FOLLOWING, since, until or xmin, *found[-1].position), True
    # what was committed while pages were read may lie before the page that was read last: the next round tells it
    return (FOLLOWING, until or xmin, 0), bool(until) and xmin > until


def kinds_of(actor: Actor) -> list[str]:
    return [kind for kind in serializers.KINDS if may(actor.role, f"{kind}.read")]


def looked_up(request: Request, kind: str, *, ids: list[UUID] | None = None, after: tuple[Any, ...] | None = None,
              limit: int) -> tuple[list[Any], list[tuple[Any, UUID]]]:
    """Objects of a kind as their list shows them, and their positions in it: those with these ids, or a page."""
    if kind == "consignment":
        loads = custody.consignments(request.actor, ids=ids, after=after, limit=limit)  # type: ignore[arg-type]
        return list(map(rendered_for(request), loads)), [(one.recorded_at, one.id) for one in loads]
    lists: dict[str, Callable[..., list[dispatch.Seen]]] = {
        "pickup": dispatch.pickups, "offer": dispatch.offers, "job": dispatch.jobs}
    found = lists[kind](request.actor, filters={} if ids is None else {"ids": ids}, after=after, limit=limit)
    return [orjson.Fragment(one.json) for one in found], [(one.at, one.id) for one in found]
