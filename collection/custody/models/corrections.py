"""What was sealed wrongly: nothing is edited, the last edition counts."""

from __future__ import annotations

from django.db import models
from django.db.models import F, Q

from collection.accounts.models import Organisation
from collection.accounts.rights import STAFF_ROLES
from collection.kernel.actor import Actor
from collection.kernel.db import HouseQuerySet

from ..states import PARTIES, PROPOSAL_STEPS
from .loads import Consignment
from .plant import Batch


class ProposalQuerySet(HouseQuerySet):
    def visible_to(self, actor: Actor) -> ProposalQuerySet:
        if actor.is_house or actor.role in STAFF_ROLES:
            return self.all()
        mine = actor.organisation_id
        return self.filter(Q(consignment__collector_id=mine) | Q(consignment__recycler_id=mine))


class Proposal(models.Model):
    """One party says what the accepted mass should have been; it becomes a correction when the others agree."""

    id = models.UUIDField(primary_key=True)
    consignment = models.ForeignKey(Consignment, models.PROTECT, related_name="proposals")
    was_g = models.BigIntegerField()
    accepted_g = models.BigIntegerField()
    reason = models.CharField(max_length=200)
    state = models.CharField(max_length=10, choices=[(one, one) for one in PROPOSAL_STEPS], default="open")
    proposed_by = models.UUIDField(null=True)
    recorded_at = models.DateTimeField()
    decided_at = models.DateTimeField(null=True)

    objects = ProposalQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["consignment"], condition=Q(state="open"), name="proposal_open_once"),
            models.CheckConstraint(condition=Q(accepted_g__gt=0) & ~Q(accepted_g=F("was_g")) & ~Q(reason=""),
                                   name="proposal_corrects"),
            models.CheckConstraint(condition=Q(state="open", decided_at=None) | ~Q(state="open") & Q(decided_at__isnull=False),
                                   name="proposal_decided_at_a_time"),
        ]


class Consent(models.Model):
    """What a party said to a proposal, once. A company that both collects and recycles speaks for both."""

    proposal = models.ForeignKey(Proposal, models.PROTECT, related_name="consents")
    party = models.CharField(max_length=10, choices=[(one, one) for one in PARTIES])
    organisation = models.ForeignKey(Organisation, models.PROTECT, null=True, related_name="+")  # none: signed on paper
    agrees = models.BooleanField()
    reason = models.CharField(max_length=200, blank=True)
    given_by = models.UUIDField(null=True)
    recorded_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["proposal", "party"], name="consent_once"),
            models.CheckConstraint(condition=Q(agrees=True) | ~Q(reason=""), name="dissent_has_reason"),
        ]


class Correction(models.Model):
    """The accepted mass as it should have been. The receipt stays as it was signed; the last edition counts.

    `batch` is set where the load had been processed: its input and its loss change by the same grams.
    """

    id = models.UUIDField(primary_key=True)
    consignment = models.ForeignKey(Consignment, models.PROTECT, related_name="corrections")
    proposal = models.OneToOneField(Proposal, models.PROTECT, null=True, related_name="correction")  # none: before consents
    edition = models.PositiveSmallIntegerField()  # 2 for the first one: the receipt itself is the first edition
    was_g = models.BigIntegerField()
    accepted_g = models.BigIntegerField()
    batch = models.ForeignKey(Batch, models.PROTECT, null=True, related_name="corrections")
    reason = models.CharField(max_length=200)
    recorded_at = models.DateTimeField()
    corrected_by = models.UUIDField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["consignment", "edition"], name="correction_edition_once"),
            models.CheckConstraint(condition=Q(accepted_g__gt=0) & ~Q(accepted_g=F("was_g")), name="correction_corrects"),
            models.CheckConstraint(condition=~Q(reason="") & Q(edition__gte=2), name="correction_has_reason"),
        ]
