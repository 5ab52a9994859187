from __future__ import annotations

from collections.abc import Callable, Iterator
from uuid import UUID

import pytest

from collection.audit.models import AuditLine
from collection.kernel.clock import frozen
from notifications.models import Notice
from tests import cast
from tests.collection.custody.haul import Haul, full_cycle, two_contracts


@pytest.fixture
def scene(reference: None, as_house_app: None) -> Iterator[cast.Scene]:
    """A programme on a Monday morning; the house clock stands still, and the test is the house's own role."""
    with frozen(cast.AT):
        yield cast.Scene()


@pytest.fixture
def haul(scene) -> Haul:
    """A collector, and a recycler it brings its loads to: polymer and paper."""
    return two_contracts(scene)


@pytest.fixture
def whole(scene) -> Haul:
    """One company that collects and recycles under one full-cycle contract."""
    return full_cycle(scene)


@pytest.fixture
def verbs() -> Callable[[UUID], list[str]]:
    """The audit lines of an object, in order."""
    return lambda pk: list(AuditLine.objects.filter(object_id=pk).order_by("id").values_list("verb", flat=True))


@pytest.fixture
def told() -> Callable[..., list[str]]:
    """What a person's inbox holds about an object, by name."""
    return lambda person, pk: sorted(Notice.objects.filter(recipient_id=person, object_id=pk).values_list(
        "event", flat=True))
