"""API keys: made by an admin, shown once, good for their scopes and nothing else, until they end or are revoked."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from uuid import uuid4

import pytest

from collection.accounts import operations as accounts
from collection.accounts.models import ApiKey
from collection.accounts.rights import ACTIONS, PUBLIC, SCOPES, within
from collection.audit.models import AuditLine
from collection.kernel.actor import HOUSE
from collection.kernel.db import rows
from collection.pickups.models import Upload
from tests.api.phone import Phone, codes
from tests.permissions.routes import every_route

pytestmark = pytest.mark.django_db
PHOTO = {"content_type": "image/jpeg", "size": 10, "sha256": "a" * 64}


def form(*scopes, days=30, **more):
    ends = (datetime.now(UTC) + timedelta(days=days)).isoformat()
    return {"name": "Весовая №1", "scopes": list(scopes or ["photos"]), "expires_at": ends} | more


def made(admin, *scopes, **more) -> tuple[str, Phone]:
    answer = admin.post("keys", form(*scopes, **more))
    assert answer.status_code == 201, answer.content
    return answer.json()["id"], Phone(token=answer.json()["token"])


def test_from_making_to_revoking(sign_in):
    admin = sign_in("recycler_admin")
    key_id, system = made(admin, "photos")
    [shown] = admin.get("keys").json()["items"]
    assert system.token.startswith(shown["prefix"]) and shown["prefix"].startswith("rk_") and len(shown["prefix"]) == 11
    assert (shown["scopes"], shown["last_used_at"], shown["revoked_at"]) == (["photos"], None, None)
    assert system.token not in admin.get(f"keys/{key_id}").content.decode()

    answer = system.post("uploads", PHOTO)
    assert answer.status_code == 201, answer.content
    assert Upload.objects.get().organisation_id == admin.actor.organisation_id
    line = AuditLine.objects.get(verb="photo.create")
    assert (str(line.actor_id), line.actor_role, line.organisation_id) == (key_id, "integration", admin.actor.organisation_id)
    first = ApiKey.objects.get().last_used_at
    assert first is not None
    assert system.post("uploads", PHOTO).status_code == 201 and ApiKey.objects.get().last_used_at == first  # to five minutes

    assert sign_in("recycler_admin").send("DELETE", f"keys/{key_id}").status_code == 404
    assert admin.send("DELETE", f"keys/{key_id}").status_code == 204
    assert system.post("uploads", PHOTO).status_code == 401
    assert admin.send("DELETE", f"keys/{key_id}").status_code == 404
    assert list(AuditLine.objects.filter(object_type="key").order_by("id").values_list("verb", flat=True)) == [
        "key.create", "key.revoke"]


def test_only_a_hash_is_kept(sign_in):
    admin = sign_in("collector_admin")
    _, system = made(admin)
    secret = system.token.rsplit("_", 1)[-1] if "_" not in system.token[12:] else system.token[12:]
    for table in ("accounts_apikey", "api_idempotencykey", "audit_auditline"):
        assert not rows(f"SELECT 1 FROM {table} AS kept WHERE position(%s IN kept::text) > 0", [secret])


def test_every_scope_opens_its_own_routes_and_no_other(sign_in):
    """Each key on each route: refused by its scopes, or by the role, everywhere but where the table says so."""
    admin, wrong, opened = sign_in("recycler_admin"), [], set()
    for scope in SCOPES:
        _, system = made(admin, scope)
        for route in every_route():
            if ACTIONS[route.action] >= PUBLIC:
                continue
            answer = system.send(route.method, route.at({}), route.body({}), If_Match='"1-integration"', **(
                {"Idempotency_Key": str(uuid4())} if route.method == "POST" else {}))
            refused = answer.status_code == 403 and answer.json()["code"] in ("scope_missing", "forbidden")
            if refused is within([scope], route.action):
                wrong.append((scope, str(route), answer.status_code))
            if not refused:
                opened.add(scope)
    assert wrong == [] and opened == set(SCOPES)


@pytest.mark.parametrize("how", ["ended", "suspended", "made up", "another letter", "too long"])
def test_a_key_that_is_good_no_more(sign_in, how):
    admin = sign_in("collector_admin")
    _, system = made(admin)
    if how == "ended":
        ApiKey.objects.update(created_at=datetime(2025, 1, 1, tzinfo=UTC), expires_at=datetime(2026, 1, 1, tzinfo=UTC))
    elif how == "suspended":
        accounts.suspend_organisation(actor=HOUSE, at=datetime.now(UTC), organisation_id=admin.actor.organisation_id,
                                      reason="looked at")
    system.token = {"made up": "rk_00000000_" + "A" * 43, "another letter": system.token[:-1] + "?",
                    "too long": "rk_" + "A" * 5_000}.get(how, system.token)
    answer = system.post("uploads", PHOTO)
    assert (answer.status_code, answer.json()["code"]) == (401, "unauthenticated")


def test_what_a_key_may_be(sign_in):
    admin = sign_in("generator_admin")
    assert codes(admin.post("keys", form(days=367))) == {"/expires_at": "out_of_range"}
    assert codes(admin.post("keys", form(days=-1))) == {"/expires_at": "out_of_range"}
    assert admin.post("keys", form("claims")).status_code == 400
    for _ in range(20):
        made(admin)
    assert admin.post("keys", form()).json()["code"] == "too_many_keys"


def test_a_lost_answer_is_given_again_to_who_asked(sign_in):
    admin, own = sign_in("collector_admin"), str(uuid4())
    asked = form(id=own)
    first = admin.post("keys", asked)
    assert admin.post("keys", asked).json() == first.json() and ApiKey.objects.count() == 1
    assert admin.post("keys", asked | {"name": "другая"}).json()["code"] == "id_taken"
    assert sign_in("collector_admin").post("keys", asked).json()["code"] == "id_taken"
    assert Phone(token=first.json()["token"]).post("uploads", PHOTO).status_code == 201
    assert admin.post("keys", asked).json()["code"] == "id_taken"  # it is in use


def test_the_use_is_noted_by_a_step_without_a_line(sign_in):
    key_id, _ = made(sign_in("collector_admin"))
    accounts.note_use(at=datetime(2026, 3, 2, tzinfo=UTC), key_id=key_id)
    assert ApiKey.objects.get().last_used_at == datetime(2026, 3, 2, tzinfo=UTC)
