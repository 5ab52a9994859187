"""How a contract comes about: the application, and everybody's step with its time."""

from __future__ import annotations

from django.db import models
from django.db.models import F, Q

from collection.accounts.models import Organisation
from collection.accounts.rights import STAFF_ROLES
from collection.kernel.actor import Actor
from collection.kernel.db import HouseQuerySet
from collection.kernel.fields import NumberField

from ..states import APPLICATION_REFUSALS, APPLICATION_STEPS
from . import Contract, Programme


class ApplicationQuerySet(HouseQuerySet):
    def visible_to(self, actor: Actor) -> ApplicationQuerySet:
        if actor.is_house or actor.role in STAFF_ROLES:
            return self.all()
        return self.filter(organisation_id=actor.organisation_id)


class ContractApplication(models.Model):
    """A contractor asks for a contract: verified by one officer, approved by another, signed by the contractor.

    `asked` is what it asks for, as `operations.applications.stored` writes it; what was agreed stands in the contract.
    """

    id = models.UUIDField(primary_key=True)
    number = NumberField(sequence="application_number")
    programme = models.ForeignKey(Programme, models.PROTECT)
    organisation = models.ForeignKey(Organisation, models.PROTECT)
    kind = models.CharField(max_length=10, choices=Contract.Kind.choices)
    state = models.CharField(max_length=10, choices=[(s, s) for s in APPLICATION_STEPS], default="submitted")
    asked = models.JSONField()
    contract = models.OneToOneField(Contract, models.PROTECT, null=True, related_name="application")
    submitted_by = models.UUIDField(null=True)
    submitted_at = models.DateTimeField()
    verified_by = models.UUIDField(null=True)
    verified_at = models.DateTimeField(null=True)
    approved_by = models.UUIDField(null=True)
    approved_at = models.DateTimeField(null=True)
    signed_by = models.UUIDField(null=True)
    signed_at = models.DateTimeField(null=True)
    #: The end without a contract: refused by an officer or withdrawn by the contractor, and in which state it was.
    ended_by = models.UUIDField(null=True)
    ended_at = models.DateTimeField(null=True)
    ended_in = models.CharField(max_length=10, blank=True)
    reason = models.CharField(max_length=20, choices=[(r, r) for r in APPLICATION_REFUSALS], blank=True)
    words = models.CharField(max_length=500, blank=True)
    version = models.PositiveIntegerField(default=1)

    objects = ApplicationQuerySet.as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=~Q(state__in=("verified", "approved", "signed")) | Q(verified_at__isnull=False),
                name="application_verified_at",
            ),
            models.CheckConstraint(
                condition=~Q(state__in=("approved", "signed")) | Q(approved_at__isnull=False, contract__isnull=False),
                name="application_approved_has_contract",
            ),
            models.CheckConstraint(
                condition=~Q(state="signed") | Q(signed_at__isnull=False), name="application_signed_at"),
            models.CheckConstraint(
                condition=~Q(state__in=("refused", "withdrawn")) | (Q(ended_at__isnull=False) & ~Q(ended_in="")),
                name="application_ended_at",
            ),
            models.CheckConstraint(condition=~Q(state="refused") | ~Q(reason=""), name="application_refused_has_reason"),
            models.CheckConstraint(
                condition=Q(approved_by=None) | Q(verified_by=None) | ~Q(approved_by=F("verified_by")),
                name="application_two_persons",
            ),
            models.UniqueConstraint(
                fields=["programme", "organisation", "kind"], name="application_one_open",
                condition=Q(state__in=("submitted", "verified", "approved")),
            ),
        ]
