"""The papers of a load's way: transport sheet and its signatures, ticket, stock receipt order, return. Sealed, each of them."""

from __future__ import annotations

from django.db import models
from django.db.models import F, Q

from collection.accounts.models import Organisation
from collection.kernel.fields import NumberField
from collection.kernel.mass import ROAD_LIMIT_G
from collection.registry.models import Scale, Vehicle

from ..states import RETURN_PLACES, SIGNATURE_METHODS, SIGNATURE_PARTIES
from .loads import Consignment


class TransportSheet(models.Model):
    """The record of the hand-over. What a party has signed does not change, whoever writes (trigger `sheet_is_sealed`).

    The generator seals what is handed over, the driver that and who drives it, the recycler all of it with the receipt.
    """

    consignment = models.OneToOneField(Consignment, models.PROTECT, primary_key=True, related_name="sheet")
    estimated_g = models.BigIntegerField(null=True)  # by eye, at the gate; never the net, never paid
    packages = models.CharField(max_length=200, blank=True)  # what it is packed in, how many
    plate = models.CharField(max_length=15)
    driver_name = models.CharField(max_length=200, blank=True)
    remark = models.CharField(max_length=500, blank=True)
    drawn_at = models.DateTimeField()  # the phone's clock

    class Meta:
        constraints = [models.CheckConstraint(condition=Q(estimated_g=None) | Q(estimated_g__gt=0), name="estimate_positive")]
        indexes = [models.Index(fields=["plate"], name="sheet_plate")]  # the tours of one lorry


class Signature(models.Model):
    """One party's seal on a load's papers. `digest` is of what the database held then, computed by the database.

    `content` and `container` are kept of an electronic signature: the text that was signed, and the signature itself.
    """

    id = models.UUIDField(primary_key=True)
    consignment = models.ForeignKey(Consignment, models.PROTECT, related_name="signatures", db_index=False)
    party = models.CharField(max_length=10, choices=[(one, one) for one in SIGNATURE_PARTIES])
    method = models.CharField(max_length=10, choices=[(one, one) for one in SIGNATURE_METHODS])
    organisation = models.ForeignKey(Organisation, models.PROTECT, null=True, related_name="+", db_index=False)
    signed_by = models.UUIDField(null=True)  # whose session it was; of a code the driver's who typed it
    signer_number = models.CharField(max_length=12, blank=True)  # IIN of the certificate
    certificate_serial = models.CharField(max_length=80, blank=True)
    verified_by = models.CharField(max_length=100, blank=True)  # which verifier said so
    digest = models.CharField(max_length=64)  # SHA-256, hex
    content = models.TextField(blank=True)
    container = models.TextField(blank=True)
    signed_at = models.DateTimeField()
    recorded_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["consignment", "party", "method"], name="signed_once"),
            models.CheckConstraint(condition=Q(party__in=SIGNATURE_PARTIES, method__in=SIGNATURE_METHODS)
                                   & (~Q(method="code") | Q(party="generator")), name="signature_is_known"),
            models.CheckConstraint(
                condition=Q(method="eds") & ~Q(signer_number="") & ~Q(certificate_serial="") & ~Q(container="")
                & ~Q(content="") & ~Q(verified_by="") | ~Q(method="eds") & Q(container="", certificate_serial=""),
                name="eds_is_whole"),
        ]


class StoredTare(models.Model):
    """What an empty vehicle weighs, by a ticket of its own, to be used until its last day. Append-only.

    A weighing with a tare that has lapsed is held, not refused.
    """

    id = models.UUIDField(primary_key=True)
    vehicle = models.ForeignKey(Vehicle, models.PROTECT, related_name="+")
    scale = models.ForeignKey(Scale, models.PROTECT, related_name="+", db_index=False)
    ticket_number = models.CharField(max_length=40)
    tare_g = models.BigIntegerField()
    weighed_at = models.DateTimeField()
    expires_on = models.DateField()  # its last day, in Almaty
    recorded_at = models.DateTimeField()
    recorded_by = models.UUIDField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["scale", "ticket_number", "weighed_at"], name="tare_ticket_once"),
            models.CheckConstraint(condition=Q(tare_g__gt=0), name="stored_tare_positive"),
        ]


class Weighing(models.Model):
    """One ticket. Net is computed by the database; the ticket (scale + number + time) is unique."""

    id = models.UUIDField(primary_key=True)
    consignment = models.OneToOneField(Consignment, models.PROTECT, related_name="weighing")
    scale = models.ForeignKey(Scale, models.PROTECT)
    ticket_number = models.CharField(max_length=40)
    occurred_at = models.DateTimeField()
    recorded_at = models.DateTimeField()
    gross_g = models.BigIntegerField()
    tare_g = models.BigIntegerField()
    net_g = models.GeneratedField(
        expression=F("gross_g") - F("tare_g"), output_field=models.BigIntegerField(), db_persist=True
    )
    manual = models.BooleanField(default=False)  # typed in, not read from the scale
    estimated = models.BooleanField(default=False)  # not weighed whole: by axles, by volume, by a neighbour's scale
    operator_id = models.UUIDField(null=True)
    #: Copied at sealing: a later certificate must not heal an earlier weighing, nor a later tare.
    certificate_number = models.CharField(max_length=40)
    certified_from = models.DateField()
    certified_until = models.DateField()
    stored_tare = models.ForeignKey(StoredTare, models.PROTECT, null=True, related_name="+", db_index=False)
    tare_until = models.DateField(null=True)  # the stored tare's last day

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["scale", "ticket_number", "occurred_at"], name="ticket_once"),
            models.CheckConstraint(condition=Q(tare_g__gte=0), name="tare_not_negative"),
            models.CheckConstraint(condition=Q(gross_g__gt=F("tare_g")), name="net_positive"),
            models.CheckConstraint(condition=Q(gross_g__lte=F("tare_g") + ROAD_LIMIT_G), name="net_within_road_limit"),
            models.CheckConstraint(condition=Q(stored_tare=None, tare_until=None)
                                   | Q(stored_tare__isnull=False, tare_until__isnull=False), name="stored_tare_has_its_day"),
        ]
        indexes = [models.Index(fields=["scale", "occurred_at"], name="weighing_scale_journal")]  # statistics of a scale


class StockOrder(models.Model):
    """The stock receipt order (приходный ордер запасов): the accounting document made from a weighing, for the collector."""

    weighing = models.OneToOneField(Weighing, models.PROTECT, primary_key=True, related_name="stock_order")
    number = NumberField(sequence="stock_order_number")
    organisation = models.ForeignKey(Organisation, models.PROTECT, related_name="+", db_index=False)
    mass_g = models.BigIntegerField()
    drawn_on = models.DateField()  # Almaty's


class Return(models.Model):
    """A load that was wholly refused went back; this closes its sheet. `taken_by`: how whoever has it now confirmed it."""

    consignment = models.OneToOneField(Consignment, models.PROTECT, primary_key=True, related_name="brought_back")
    place = models.CharField(max_length=10, choices=[(one, one) for one in RETURN_PLACES])
    mass_g = models.BigIntegerField()
    taken_by = models.CharField(max_length=10)  # code | none
    note = models.CharField(max_length=500, blank=True)
    occurred_at = models.DateTimeField()
    recorded_at = models.DateTimeField()
    brought_by = models.UUIDField(null=True)

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(place__in=RETURN_PLACES, taken_by__in=("code", "none")), name="return_is_known"),
            models.CheckConstraint(condition=Q(taken_by="none") | Q(place="generator"), name="code_is_the_generators"),
        ]
