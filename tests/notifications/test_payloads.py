"""What a push carries: ids and harmless words. Tried on a whole life of pickups, loads and claims, in three languages."""

from __future__ import annotations

import ast
import importlib
import json
import re
from pathlib import Path

from firebase_admin._messaging_encoder import MessageEncoder

from collection.accounts.models import Organisation, User
from collection.kernel.db import rows
from collection.kernel.words import LANGUAGES
from notifications.channels import fcm
from notifications.channels.base import Push
from notifications.events import EVENTS
from notifications.models import Notice
from tests.permissions.world import make

ROOT = Path(__file__).resolve().parent.parent.parent
DATA = {"notification_id", "type", "object_type", "object_id", "deep_link"}
LOOKS_PERSONAL = re.compile(
    r"\+?7[\s(-]*7\d{2}[\s)-]*\d{3}[\s-]*\d{2}[\s-]*\d{2}|\b\d{12}\b|\bKZ\d{2}[A-Z0-9]{16}\b|₸|тенге|теңге|KZT|@")


def payload(notice: Notice, language: str) -> dict:
    """Exactly what would be posted to FCM for it."""
    letter = Push(
        notice.id, notice.event, getattr(notice, f"title_{language}"), getattr(notice, f"body_{language}"), notice.object_type,
        notice.object_id, "token", "token", language, notice.expires_at, 60)
    return json.loads(json.dumps(MessageEncoder().default(fcm._message(letter))))


def secrets() -> set[str]:
    """Names, telephones, numbers of people and companies, addresses and accounts, as the database has them."""
    found = {value for row in User.objects.values_list("phone", "name") for value in row}
    found |= {value for row in Organisation.objects.values_list("name", "identity_number") for value in row}
    for table in ("registry_site", "registry_base", "registry_facility"):
        found |= {row["address"] for row in rows(f"SELECT address FROM {table}")}
    found |= {row["plate"] for row in rows("SELECT plate FROM registry_vehicle")}
    return {value for value in found if value and len(value) > 2}


def test_no_payload_of_a_whole_programme_says_who_where_or_how_much(reference, db, settings, tmp_path):
    settings.UPLOAD_ROOT = tmp_path
    make()
    hidden, seen = secrets(), set()
    assert len(hidden) > 15
    for notice in Notice.objects.all():
        seen.add(notice.event)
        for language in LANGUAGES:
            message = payload(notice, language)
            said = json.dumps(message, ensure_ascii=False)
            words = " ".join(message["notification"].values())
            assert {secret for secret in hidden if secret.lower() in said.lower()} == set(), notice.event
            assert LOOKS_PERSONAL.search(words) is None, words
            assert message["data"].keys() - {"expires_at"} == DATA and len(said.encode()) < 4096
            assert all(isinstance(value, str) for value in message["data"].values())
    assert seen <= set(EVENTS) and len(seen) > 12, seen


def written() -> set[str]:
    """Every event the rooms write, by their sources and tables of words."""
    rooms = {room: importlib.import_module(f"collection.{room}.notices") for room in ("custody", "payouts", "contracts")}
    found = {f"consignment.{event}" for event in rooms["custody"].NOTICES} | {"webhook.disabled"}
    found |= {f"claim.{event}" for event in rooms["payouts"].CLAIM_BODY}
    found |= {f"contract.{step}" for step in rooms["contracts"].CONTRACT}
    found |= {f"application.{step}" for step in rooms["contracts"].APPLICATION}
    found |= {f"job.{to}" for to in ("en_route", "arrived")} | {f"{kind}.rerouted" for kind in ("job", "offer")}
    for path in [*ROOT.glob("collection/*/notices.py"), *ROOT.glob("collection/dispatch/operations/*.py")]:
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.Call) and ast.unparse(node.func).split(".")[-1] in ("Notice", "tell", "_tell"):
                given = [*node.args[1:2], *(one.value for one in node.keywords if one.arg == "event")]
                found |= {one.value for one in given if isinstance(one, ast.Constant)}
    return found


def test_every_event_somebody_writes_can_be_chosen_and_none_is_made_up():
    assert written() == set(EVENTS)
