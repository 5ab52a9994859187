"""No route without an action; proved on seeded violations."""

from __future__ import annotations

import pytest
from django.http import HttpResponse
from django.urls import path
from rest_framework.views import APIView

from api.http import checks
from api.http.views import HouseView
from api.v1.catalog import labels
from collection.accounts.rights import ACTIONS, MEMBER_ROLES, ROLES
from collection.contracts import states as contracts
from collection.custody import states as custody
from collection.dispatch import states as dispatch
from collection.payouts import states as payouts
from collection.pickups import states as pickups


def test_every_route_of_the_house_has_an_action(settings):
    settings.ROOT_URLCONF = "api.urls"
    assert checks.every_route_has_an_action() == []
    assert len(list(checks.api_routes())) > 10


def test_a_plain_view_and_a_twin_name_are_found(settings, monkeypatch):
    class Open(APIView):
        pass

    urls = [path("api/v1/open", Open.as_view(), name="open"), path("api/v1/fn", lambda r: HttpResponse(), name="fn"),
            path("api/v1/two", HouseView.as_view(), name="open"), path("api/v1/three", Open.as_view())]
    monkeypatch.setattr(checks, "get_resolver", lambda: type("R", (), {"url_patterns": urls})())
    assert [error.id for error in checks.every_route_has_an_action()].count("house.E001") == 4
    assert [error.id for error in checks.every_route_has_an_action()].count("house.E002") == 2


def test_a_view_without_or_with_an_unknown_action_cannot_exist():
    with pytest.raises(TypeError, match="both a handler and an action"):
        type("Open", (HouseView,), {"get": lambda self, request: None})
    with pytest.raises(TypeError, match="not an action"):
        type("Odd", (HouseView,), {"get": lambda self, request: None, "actions": {"GET": "bank.rob"}})
    with pytest.raises(TypeError, match="both a handler and an action"):
        type("Idle", (HouseView,), {"actions": {"GET": "me.read"}})


def test_the_table_of_rights_is_whole():
    for action, roles in ACTIONS.items():
        assert roles and roles <= set(ROLES), action
    for role in MEMBER_ROLES:
        assert any(role in roles for roles in ACTIONS.values()), role
    two_persons = ACTIONS["weighing.create"] & ACTIONS["claim.approve"]
    assert not two_persons  # nobody may both weigh and approve


def test_every_state_and_reason_has_its_words():
    assert labels.STATES["pickup_state"].keys() == pickups.PICKUP_STEPS.keys()
    assert labels.STATES["offer_state"].keys() == dispatch.OFFER_STEPS.keys()
    assert labels.STATES["job_state"].keys() == dispatch.JOB_STEPS.keys()
    assert labels.STATES["plan_state"].keys() == dispatch.PLAN_STEPS.keys()
    assert labels.STATES["consignment_state"].keys() == custody.CONSIGNMENT_STEPS.keys()
    assert labels.STATES["contract_state"].keys() == contracts.CONTRACT_STEPS.keys()
    assert labels.STATES["claim_state"].keys() == payouts.CLAIM_STEPS.keys()
    assert labels.STATES["register_state"].keys() == payouts.REGISTER_STEPS.keys()
    assert labels.STATES["payment_order_state"].keys() == payouts.ORDER_STEPS.keys()
    for name, codes in {
        "contract_kind": contracts.LEGS, "stage": contracts.STAGES, "origin": contracts.ORIGINS,
        "cancel_reason": pickups.CANCEL_REASONS, "decline_reason": dispatch.DECLINE_REASONS,
        "withdraw_reason": dispatch.WITHDRAW_REASONS, "incident_kind": dispatch.INCIDENT_KINDS,
        "plan_reason": dispatch.PLAN_REASONS, "stop_kind": dispatch.STOP_KINDS,
        "unserved_route_reason": dispatch.UNSERVED_REASONS,
        "refusal_reason": custody.REFUSAL_REASONS, "role": MEMBER_ROLES,
    }.items():
        assert list(labels.LISTS[name]) == list(codes), name
    for words in [words for section in (*labels.STATES.values(), *labels.LISTS.values()) for words in section.values()]:
        assert words.kk and words.ru and words.en
