from __future__ import annotations

from collections.abc import Callable, Iterator
from uuid import UUID

import pytest

from collection.audit.models import AuditLine
from collection.kernel.clock import frozen
from notifications.models import Notice, OutboxRow
from tests import cast


@pytest.fixture
def scene(reference: None, as_house_app: None) -> Iterator[cast.Scene]:
    """A programme on a Monday morning; the house clock stands still until a test moves it."""
    with frozen(cast.AT):
        yield cast.Scene()


@pytest.fixture
def verbs() -> Callable[..., list[str]]:
    """The audit lines of these objects, in order."""
    return lambda *ids: list(AuditLine.objects.filter(object_id__in=ids).order_by("id").values_list("verb", flat=True))


@pytest.fixture
def told() -> Callable[[UUID | None], list[str]]:
    """What dispatch has put into a person's inbox, by name."""
    return lambda person: sorted(Notice.objects.filter(
        recipient_id=person, event__regex="^(pickup|offer|job)[.]").values_list("event", flat=True))


@pytest.fixture
def work() -> Callable[[UUID], list[str]]:
    """The states of dispatch's later work for a pickup, in order."""
    return lambda pickup_id: list(OutboxRow.objects.filter(
        object_id=pickup_id, task="dispatch.advance").order_by("id").values_list("state", flat=True))
