"""What a generator may show of its waste: a certificate of recycling, as it was told on a day."""

from __future__ import annotations

from django.db import models
from django.db.models import F, Q

from collection.accounts.models import Organisation
from collection.accounts.rights import STAFF_ROLES
from collection.contracts.models import Programme
from collection.kernel.actor import Actor
from collection.kernel.db import HouseQuerySet
from collection.kernel.fields import NumberField


class CertificateQuerySet(HouseQuerySet):
    def visible_to(self, actor: Actor) -> CertificateQuerySet:
        if actor.is_house or actor.role in STAFF_ROLES:
            return self.all()
        return self.filter(generator_id=actor.organisation_id)


class Certificate(models.Model):
    """Grams by category of whole months, as the sealed facts said when it was issued. Only its revocation is filled in later.

    `code` is printed on it: whoever holds the paper asks `GET /certificates/check?code=` whether it still holds.
    """

    id = models.UUIDField(primary_key=True)
    number = NumberField(sequence="certificate_number")
    code = models.CharField(max_length=16, unique=True)
    programme = models.ForeignKey(Programme, models.PROTECT, db_index=False)
    generator = models.ForeignKey(Organisation, models.PROTECT, related_name="+", db_index=False)
    month_from = models.DateField()
    month_to = models.DateField()  # the last month's first day
    lines = models.JSONField()  # of each category: code, loads, collected_g, received_g, recycled_g
    issued_at = models.DateTimeField()
    issued_by = models.UUIDField(null=True)
    revoked_at = models.DateTimeField(null=True)
    revoked_by = models.UUIDField(null=True)
    reason = models.CharField(max_length=200, blank=True)
    version = models.PositiveIntegerField(default=1)

    objects = CertificateQuerySet.as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(month_from__day=1, month_to__day=1, month_to__gte=F("month_from")),
                                   name="certificate_of_whole_months"),
            models.CheckConstraint(condition=Q(revoked_at=None, reason="") | Q(revoked_at__isnull=False) & ~Q(reason=""),
                                   name="revocation_has_reason"),
        ]
        indexes = [models.Index(fields=["generator", "-issued_at"], name="certificate_mine")]
