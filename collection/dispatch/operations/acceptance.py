"""One offer, one winner."""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from collection.audit import steps as audit
from collection.kernel.actor import Actor
from collection.kernel.db import rows
from collection.kernel.ids import uuid7
from collection.kernel.refusals import Kind, NotFound, Refusal, WrongState
from collection.kernel.words import Words
from notifications import outbox

from .. import notices, queries
from ..queries import Seen


class OfferAlreadyTaken(Refusal):
    code = "offer_already_taken"
    words = Words("Ұсынысты басқа алды", "Предложение уже принято другим", "Another collector has taken this offer")


class OfferExpired(Refusal):
    code = "offer_expired"
    kind = Kind.GONE
    words = Words("Ұсыныс мерзімі өтті", "Срок предложения истёк", "The offer has expired")


class OfferWithdrawn(Refusal):
    code = "offer_withdrawn"
    words = Words("Ұсыныс қайтарылды", "Предложение отозвано", "The offer was withdrawn")


class OwnPickup(Refusal):
    """Nobody collects their own waste for the programme's money."""

    code = "own_pickup"
    kind = Kind.FORBIDDEN
    words = Words("Өз өтініміңіз", "Это ваша заявка", "This is your own request")


class QuotaExhausted(Refusal):
    """The contract, the recycler's contract or the plant's month has no room left; somebody was faster."""

    code = "quota_exhausted"
    words = Words("Квота таусылды", "Квота исчерпана", "No quota or capacity is left for this load")


class ContractNotLive(Refusal):
    code = "contract_not_live"
    words = Words("Шарт күшінде емес", "Договор не действует", "The contract is not in force")


@dataclass(frozen=True, slots=True)
class Accepted:
    """The winner's answer; asking again gives the same."""

    offer_id: UUID
    pickup_id: UUID
    job_id: UUID
    contract_id: UUID
    recycler_contract_id: UUID | None
    facility_id: UUID | None
    accepted_at: datetime


_PEOPLE_OF = """ARRAY(SELECT DISTINCT member.user_id FROM accounts_membership member
    JOIN accounts_user person ON person.id = member.user_id AND person.suspended_at IS NULL
    WHERE member.removed_at IS NULL AND member.organisation_id {})"""

# One statement decides the race. The pickup's row is locked first (the order of locks is: pickup, then offers), so a
# rival's statement waits there and then finds the pickup no longer offered. The offer's life is judged by the database
# clock inside this statement. Should anything slip past, the partial unique indexes offer_one_winner and job_one_live
# refuse the second row.
_WIN = f"""
WITH pickup AS (
    SELECT * FROM dispatch_lock_offered(%(offer)s, %(organisation)s)
), won AS (
    UPDATE dispatch_offer o SET state = 'accepted', answered_at = %(at)s
    FROM pickup, contracts_contract contract
    WHERE o.id = %(offer)s AND o.pickup_id = pickup.id AND o.state = 'open' AND o.expires_at > house_clock()
      AND contract.id = o.contract_id AND contract.state = 'active'
    RETURNING o.id, o.pickup_id, o.contract_id, o.organisation_id, o.recycler_contract_id, o.facility_id, o.trips
), plant AS (
    SELECT contract.organisation_id FROM won JOIN contracts_contract contract ON contract.id = won.recycler_contract_id
), taken AS (
    UPDATE pickups_pickup p SET
        state = 'accepted', collector_id = won.organisation_id, collector_contract_id = won.contract_id,
        recycler_id = (SELECT organisation_id FROM plant), recycler_contract_id = won.recycler_contract_id,
        facility_id = won.facility_id, driver_id = %(driver)s, accepted_at = %(at)s, handover_code = %(code)s,
        version = p.version + 1
    FROM won WHERE p.id = won.pickup_id
), job AS (
    INSERT INTO dispatch_job (id, pickup_id, contract_id, organisation_id, recycler_id, recycler_contract_id,
                              facility_id, driver_id, state, trips, assigned_at, reason, version)
    SELECT %(job)s, won.pickup_id, won.contract_id, won.organisation_id, (SELECT organisation_id FROM plant),
           won.recycler_contract_id, won.facility_id, %(driver)s, 'assigned', won.trips, %(at)s, '', 1 FROM won
), losers AS (
    UPDATE dispatch_offer o SET state = 'withdrawn', answered_at = %(at)s
    FROM won WHERE o.pickup_id = won.pickup_id AND o.id <> won.id AND o.state = 'open'
    RETURNING o.organisation_id
)
SELECT won.*, pickup.number,
       dispatch_reserve(won.pickup_id, ARRAY[won.contract_id, won.recycler_contract_id], won.facility_id,
           pickup.category_id, pickup.declared_g,
           date_trunc('month', pickup.window_from AT TIME ZONE 'Asia/Almaty')::date, %(at)s) AS reserved,
       {_PEOPLE_OF.format("= pickup.generator_id")} AS generators,
       {_PEOPLE_OF.format("IN (SELECT organisation_id FROM losers)")} AS losers,
       {_PEOPLE_OF.format("= (SELECT organisation_id FROM plant)")} AS recyclers
FROM won JOIN pickup ON pickup.id = won.pickup_id
"""


def accept_offer(*, actor: Actor, at: datetime, offer_id: UUID) -> Accepted:
    """Take the pickup: offer, pickup and job change hands together, quota is reserved, the others are told at once.

    Errors: NotFound (404: not offered to me), OfferExpired (410), OfferAlreadyTaken, OfferWithdrawn, QuotaExhausted,
    ContractNotLive (409), OwnPickup (403). The winner's repeat is answered like the first time.
    """
    job_id = uuid7(at)
    won = rows(_WIN, {
        "offer": offer_id, "organisation": actor.organisation_id, "at": at, "job": job_id,
        "driver": actor.user_id if actor.role == "driver" else None, "code": f"{secrets.randbelow(10**6):06d}",
    }, keep_plan=True)
    if not won:
        return _why_not(actor, offer_id)
    win = won[0]
    if not win["reserved"]:
        raise QuotaExhausted
    audit.record(
        actor=actor, at=at, verb="offer.accept", object_type="pickup", object_id=win["pickup_id"],
        before={"state": "offered"},
        after={"state": "accepted", "offer": str(offer_id), "job": str(job_id), "contract": str(win["contract_id"]),
               "recycler_contract": str(win["recycler_contract_id"])},
    )
    pickup = {"object_type": "pickup", "object_id": win["pickup_id"], "number": win["number"]}
    outbox.put(
        notices.tell(win["generators"], "pickup.accepted", notices.ACCEPTED, notices.ACCEPTED_BODY, **pickup)
        + notices.tell(win["losers"], "offer.taken", notices.TAKEN, notices.TAKEN_BODY, **pickup)
        + notices.tell(win["recyclers"], "pickup.inbound", notices.INBOUND, notices.INBOUND_BODY, **pickup),
        at=at,
    )
    return Accepted(
        offer_id, win["pickup_id"], job_id, win["contract_id"], win["recycler_contract_id"], win["facility_id"], at)


def decline_offer(*, actor: Actor, at: datetime, offer_id: UUID, reason: str) -> Seen:
    """Say no, with a reason. When nobody of the wave is left, the next goes out at once.

    Errors: NotFound, OfferExpired (410), WrongState (409). Saying it again changes nothing.
    """
    declined = rows(
        "UPDATE dispatch_offer SET state = 'declined', answered_at = %s, reason = %s "
        "WHERE id = %s AND organisation_id = %s AND state = 'open' AND expires_at > house_clock() RETURNING pickup_id",
        [at, reason, offer_id, actor.organisation_id],
    )
    offer = queries.offer(actor, offer_id)
    if not declined:
        if offer.state == "declined" and offer.plain()["reason"] == reason:
            return offer  # the answer was lost; saying it again changes nothing
        if offer.state in ("open", "expired"):
            raise OfferExpired
        raise WrongState(state=offer.state, allowed_actions=[])
    audit.record(
        actor=actor, at=at, verb="offer.decline", object_type="offer", object_id=offer_id,
        before={"state": "open"}, after={"state": "declined", "reason": reason},
    )
    # Always ring: two last members of a wave may decline at the same instant and each still see the other's offer open.
    outbox.work(task="dispatch.advance", object_id=declined[0]["pickup_id"], at=at)
    return offer


_LOOK = """
SELECT o.state, o.pickup_id, o.contract_id, o.recycler_contract_id, o.facility_id, o.answered_at, o.expires_at,
       o.expires_at <= house_clock() AS is_over, p.state AS pickup_state,
       p.generator_id = o.organisation_id AS is_own, contract.state AS contract_state,
       (SELECT id FROM dispatch_job job WHERE job.pickup_id = o.pickup_id AND job.contract_id = o.contract_id
        ORDER BY job.assigned_at DESC LIMIT 1) AS job_id
FROM dispatch_offer o JOIN pickups_pickup p ON p.id = o.pickup_id JOIN contracts_contract contract ON contract.id = o.contract_id
WHERE o.id = %s AND o.organisation_id = %s
"""


def _why_not(actor: Actor, offer_id: UUID) -> Accepted:
    """The statement took nothing: say why, or repeat the winner's answer."""
    found = rows(_LOOK, [offer_id, actor.organisation_id], keep_plan=True)
    if not found:
        raise NotFound
    offer = found[0]
    if offer["is_own"]:
        raise OwnPickup
    if offer["state"] == "accepted":
        return Accepted(
            offer_id, offer["pickup_id"], offer["job_id"], offer["contract_id"], offer["recycler_contract_id"],
            offer["facility_id"], offer["answered_at"])
    if offer["state"] == "expired" or (offer["state"] == "open" and offer["is_over"]):
        raise OfferExpired(expired_at=offer["expires_at"].isoformat())
    if offer["state"] == "declined":
        raise WrongState(state="declined", allowed_actions=[])
    if offer["pickup_state"] in ("accepted", "fulfilled", "failed"):
        raise OfferAlreadyTaken
    if offer["state"] == "open" and offer["contract_state"] != "active":
        raise ContractNotLive(state=offer["contract_state"])
    raise OfferWithdrawn(pickup_state=offer["pickup_state"])
