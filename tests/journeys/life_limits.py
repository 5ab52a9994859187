"""Rates that change under a life, and money that is not enough for all of it."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal
from fractions import Fraction

from hypothesis import strategies as some
from hypothesis.stateful import precondition, rule

from collection.contracts import operations as contracts
from collection.kernel.db import execute
from collection.payouts import operations as payouts
from tests import cast
from tests.journeys.life_ground import BEGINNING
from tests.journeys.life_money import Money
from tests.journeys.life_values import COMMITTED, Scope, day_of

#: What is capped; a month stands for the present one.
SCOPES = some.sampled_from((
    Scope(category=True), Scope(region=True), Scope(month=date.max), Scope("A", category=True), Scope("R", month=date.max),
    Scope("A", date.max, True, True)))


class Limits(Money):
    @rule(stage=some.sampled_from(("collection", "recycling")), to=some.sampled_from(("9.05", "0.01", "12.3456")),
          first=some.sampled_from((-400, 0, 2, 3, 40)))
    def the_rate_changes(self, stage: str, to: str, first: int) -> None:
        """For days that have begun, too: what was made at the old rate is taken back and made anew."""
        scene, day = self.world.scene, day_of(BEGINNING) + timedelta(days=first)
        change = contracts.propose_tariff_change(actor=scene.manager, at=self.at, programme=scene.code, reason="decree", tariffs=[
            contracts.NewTariff("polymer", stage, Decimal(to), day, "decree")])
        approve = lambda by: contracts.approve_tariff_change(  # noqa: E731
            actor=by, at=self.at, programme=scene.code, change_id=change.id)
        self.refused(lambda: approve(scene.manager), code="same_person")
        approve(scene.finance)
        self.model.changes.append((stage, day, Fraction(to)))
        self.prices_are_worked_through()

    @rule(scope=SCOPES, limit_tiyn=some.sampled_from((1, 5_000_000, 20_000_000, 10**12)))
    def a_cap_is_set(self, scope: Scope, limit_tiyn: int) -> None:
        month = day_of(self.at).replace(day=1) if scope.month else None
        payouts.set_cap(actor=self.world.scene.finance, at=self.at, programme=self.world.scene.code, limit_tiyn=limit_tiyn,
                        why="budget", contract_id=self.world.contracts[scope.contract] if scope.contract else None,
                        category="polymer" if scope.category else None, region=cast.ALMATY if scope.region else None, month=month)
        self.model.limits[replace(scope, month=month)] = limit_tiyn

    def the_ceiling_is(self, tiyn: int) -> None:
        execute("UPDATE contracts_programme SET ceiling_tiyn = %s WHERE id = %s", [tiyn, self.world.scene.programme.id])
        self.model.limits[Scope()] = tiyn

    @precondition(lambda self: len(self.claims_in("verified")) > 1)
    @rule(order=some.permutations(range(3)), first=some.integers(0, 100), then=some.integers(0, 100))
    def more_is_asked_for_than_there_is(self, order: list[int], first: int, then: int) -> None:
        """All verified claims are approved in some order, with money for some of them; then there is more, and the queue moves.

        So that it is common what chance alone brings about once in thousands of lives: several claims that wait, in another
        order than that of their numbers, for room that is enough for some of them.
        """
        claims = self.claims_in("verified")
        asked = sum(claim.amount_tiyn for claim in claims)
        spent = sum(claim.amount_tiyn for claim in self.model.claims if claim.state in COMMITTED)
        self.the_ceiling_is(spent + asked * min(first, then) // 100)
        for n in order:
            if n < len(claims):
                self.time_passes(1)
                self.decide(self.claims_in("verified").index(claims[n]), yes=True)
        self.the_ceiling_is(spent + asked * max(first, then) // 100)
        self.the_queue_moves()
