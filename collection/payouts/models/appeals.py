"""A contractor's answer to a no, and whose the money is that goes to the bank."""

from __future__ import annotations

from django.db import models
from django.db.models import F, Q

from collection.contracts.models import Programme
from collection.kernel.actor import Actor
from collection.kernel.db import HouseQuerySet

from ..states import APPEAL_STEPS, APPEALABLE
from . import Claim


class AppealQuerySet(HouseQuerySet):
    def visible_to(self, actor: Actor) -> AppealQuerySet:
        return self.filter(claim__in=Claim.objects.visible_to(actor))


class Appeal(models.Model):
    """What a contractor says to a returned or rejected claim; decided by an inspector who did not say the no."""

    id = models.UUIDField(primary_key=True)
    claim = models.ForeignKey(Claim, models.PROTECT, related_name="appeals", db_index=False)
    of_state = models.CharField(max_length=10, choices=[(state, state) for state in APPEALABLE])
    state = models.CharField(max_length=10, choices=[(state, state) for state in APPEAL_STEPS], default="open")
    words = models.CharField(max_length=1000)
    against = models.UUIDField(null=True)  # who said the no
    filed_by = models.UUIDField(null=True)
    filed_at = models.DateTimeField()
    decided_by = models.UUIDField(null=True)
    decided_at = models.DateTimeField(null=True)
    answer = models.CharField(max_length=1000, blank=True)
    version = models.PositiveIntegerField(default=1)

    objects = AppealQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["claim"], condition=Q(state="open"), name="appeal_one_open"),
            models.CheckConstraint(
                condition=Q(decided_by=None) | Q(against=None) & ~Q(decided_by=F("filed_by"))
                | ~Q(decided_by=F("against")) & ~Q(decided_by=F("filed_by")), name="appeal_second_person"),
            models.CheckConstraint(
                condition=Q(state="open", decided_by=None)
                | ~Q(state="open") & Q(decided_by__isnull=False, decided_at__isnull=False) & ~Q(answer=""),
                name="appeal_decided_by_somebody"),
        ]
        indexes = [models.Index(fields=["claim", "filed_at"], name="appeal_of_claim")]


class Payer(models.Model):
    """The account a programme pays from, as the bank's file names it."""

    programme = models.OneToOneField(Programme, models.PROTECT, primary_key=True)
    name = models.CharField(max_length=140)
    identity_number = models.CharField(max_length=12)  # BIN
    iban = models.CharField(max_length=34)
    bic = models.CharField(max_length=11)
    purpose = models.CharField(max_length=3)  # КНП, the code of the payment's purpose
    set_by = models.UUIDField(null=True)
    set_at = models.DateTimeField()
    version = models.PositiveIntegerField(default=1)

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(purpose__regex=r"^[0-9]{3}$"), name="payer_purpose_is_knp"),
            models.CheckConstraint(condition=Q(identity_number__regex=r"^[0-9]{12}$"), name="payer_has_bin"),
        ]
