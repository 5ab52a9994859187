"""Too much that nobody fetches in one district: the managers are told, once a day."""

from __future__ import annotations

import logging
from datetime import datetime

from collection.accounts import queries as accounts
from collection.contracts.models import Programme
from collection.kernel.calendar import almaty_date
from collection.kernel.db import rows
from collection.kernel.words import Words
from collection.pickups.models import Pickup
from geo.models import District, Region
from notifications import outbox

from .. import notices, queries

log = logging.getLogger(__name__)


def alarm(at: datetime, pickup: Pickup, programme: Programme) -> bool:
    """Tell the managers and the log if the pickup's district now holds more unserved grams than the programme bears."""
    if programme.unserved_alarm_g is None:
        return False
    mass_g = queries.unserved_g(
        programme_id=programme.id, region=pickup.region_id, district=pickup.district_id)
    if mass_g <= programme.unserved_alarm_g:
        return False
    # Two waves may come here at once: the unique constraint lets one of them ring.
    place = pickup.district_id or pickup.region_id
    rung = rows(
        "INSERT INTO dispatch_unservedalarm (programme_id, place, day, mass_g, at) VALUES (%s, %s, %s, %s, %s) "
        "ON CONFLICT (programme_id, place, day) DO NOTHING RETURNING id",
        [programme.id, place, almaty_date(at), mass_g, at])
    if not rung:
        return False
    log.warning("unserved: %d g in %s (%s), more than %d", mass_g, place, programme.code, programme.unserved_alarm_g)
    found = (District if pickup.district_id else Region).objects.get(pk=place)
    name = Words(found.name_kk, found.name_ru, found.name_en or found.name_ru)
    tonnes = f"{mass_g / 1_000_000:.3f}"
    body = notices.ALARM_BODY
    outbox.put(notices.tell(
        accounts.staff("manager"), "district.unserved", notices.ALARM,
        Words(body.kk.format(place=name.kk, tonnes=tonnes), body.ru.format(place=name.ru, tonnes=tonnes),
              body.en.format(place=name.en, tonnes=tonnes)),
        object_type="pickup", object_id=pickup.id), at=at)
    return True
