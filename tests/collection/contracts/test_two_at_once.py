"""Two officers, two newcomers, two lorries at the same instant: one wins, the other is told, nothing is doubled."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import pytest
from django.db import IntegrityError, connection

from collection.accounts.models import Organisation
from collection.accounts.operations import OrganisationExists
from collection.contracts.models import Contract, ServedArea
from collection.contracts.operations import NewGenerator, approve_contracts, draw_up_contracts, register_generators
from collection.kernel.actor import HOUSE
from collection.kernel.db import transaction
from collection.kernel.refusals import Refusal, WrongState
from collection.registry.models import Vehicle
from collection.registry.operations import NewVehicle, Registered, add_vehicles
from tests.cast import identity_number, organisation, phone
from tests.collection.contracts.cast import AT, contractor, draft

pytestmark = pytest.mark.django_db(transaction=True)
THREADS = 8


def at_once(verb: Callable[[int], object]) -> Counter[str]:
    """Run `verb(n)` in THREADS transactions released together; how many ended how."""
    gate = Barrier(THREADS)

    def run(n: int) -> str:
        try:
            gate.wait(10)
            with transaction():
                verb(n)
            return "won"
        except (Refusal, IntegrityError) as refusal:
            return type(refusal).__name__
        finally:
            connection.close()

    with ThreadPoolExecutor(THREADS) as pool:
        return Counter(pool.map(run, range(THREADS)))


def test_one_contract_is_approved_once(programme):
    made = draw_up_contracts(actor=HOUSE, at=AT, contracts=[draft("collection")])[0]
    officers = [organisation("finance", operator=True) for _ in range(THREADS)]
    ends = at_once(lambda n: approve_contracts(actor=officers[n], at=AT, contract_ids=[made.id]))
    assert ends == {"won": 1, WrongState.__name__: THREADS - 1}
    assert Contract.objects.get().version == 2 and ServedArea.objects.count() == 4


def test_one_number_is_registered_once(programme):
    number, phones = identity_number(), [phone() for _ in range(THREADS)]
    ends = at_once(lambda n: register_generators(actor=HOUSE, at=AT, generators=[NewGenerator(
        programme="live", kind="company", identity_number=number, name=str(n), phone=phones[n])]))
    assert ends == {"won": 1, OrganisationExists.__name__: THREADS - 1}
    assert Organisation.objects.filter(identity_number=number).count() == 1


def test_one_plate_is_registered_once(programme):
    fleets = [contractor("collection").organisation_id for _ in range(THREADS)]
    ends = at_once(lambda n: add_vehicles(actor=HOUSE, at=AT, vehicles=[NewVehicle(fleets[n], "123ABC02", 1)]))
    assert ends["won"] == 1 and set(ends) <= {"won", Registered.__name__, "IntegrityError"}
    assert Vehicle.objects.count() == 1
