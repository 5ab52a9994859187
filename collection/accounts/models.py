"""People, the organisations they act for, and how they prove who they are."""

from __future__ import annotations

from django.contrib.auth.models import AbstractBaseUser, BaseUserManager
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Left

from collection.kernel.db import HouseQuerySet

from .rights import MEMBER_ROLES


class User(AbstractBaseUser):
    """A person, known by the telephone number. There are no passwords: one-time codes open the door."""

    id = models.UUIDField(primary_key=True)
    phone = models.CharField(max_length=16, unique=True)  # E.164, "+77011234567"
    name = models.CharField(max_length=200, blank=True)
    language = models.CharField(max_length=2, default="ru")
    created_at = models.DateTimeField()
    suspended_at = models.DateTimeField(null=True)
    password = None  # type: ignore[assignment]
    last_login = None

    USERNAME_FIELD = "phone"
    objects = BaseUserManager()


class Organisation(models.Model):
    """A company (BIN), a person acting for themselves (IIN), or the programme's operator."""

    class Kind(models.TextChoices):
        PERSON = "person"
        COMPANY = "company"

    id = models.UUIDField(primary_key=True)
    kind = models.CharField(max_length=10, choices=Kind.choices)
    identity_number = models.CharField(max_length=12, unique=True)  # BIN or IIN, two-pass check digit
    name = models.CharField(max_length=200)
    is_operator = models.BooleanField(default=False)
    synthetic = models.BooleanField(default=False)
    created_at = models.DateTimeField()
    suspended_at = models.DateTimeField(null=True)
    version = models.PositiveIntegerField(default=1)

    objects = HouseQuerySet.as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(identity_number__regex=r"^[0-9]{12}$"), name="organisation_identity_number_is_12_digits"
            )
        ]


class Membership(models.Model):
    """A person's role in an organisation. Removal keeps the row: old papers still name the member."""

    id = models.UUIDField(primary_key=True)
    user = models.ForeignKey(User, models.PROTECT, related_name="memberships")
    organisation = models.ForeignKey(Organisation, models.PROTECT, related_name="memberships")
    role = models.CharField(max_length=20, choices=[(role, role) for role in MEMBER_ROLES])
    created_at = models.DateTimeField()
    removed_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["user", "organisation", "role"], condition=Q(removed_at=None), name="membership_once"
            )
        ]


class LoginCode(models.Model):
    """One six-digit code sent to one number. Only its keyed hash is kept; it dies after five tries or five minutes."""

    id = models.UUIDField(primary_key=True)
    phone = models.CharField(max_length=16)
    device = models.CharField(max_length=64)  # the phone's installation id: the code opens the door for it alone
    network = models.CharField(max_length=45)  # the caller's /24 (IPv4) or /48 (IPv6)
    code_hash = models.BinaryField(max_length=32)
    sent_at = models.DateTimeField()
    expires_at = models.DateTimeField()
    tries = models.PositiveSmallIntegerField(default=0)
    used_at = models.DateTimeField(null=True)
    session_id = models.UUIDField(null=True)  # what it opened: a phone that lost the answer gets the same session

    class Meta:
        indexes = [
            models.Index(fields=["phone", "sent_at"]), models.Index(fields=["network", "sent_at"]),
            models.Index(fields=["device", "sent_at"]), models.Index(fields=["sent_at"]),
            models.Index(Left("phone", 8), "sent_at", name="login_code_by_prefix"),
        ]
        constraints = [models.CheckConstraint(condition=Q(tries__lte=5), name="login_code_five_tries")]


class Session(models.Model):
    """One signed-in device, the family of its refresh tokens. Only hashes are kept: the newest and the one before."""

    id = models.UUIDField(primary_key=True)
    user = models.ForeignKey(User, models.PROTECT, related_name="sessions")
    membership = models.ForeignKey(Membership, models.PROTECT, null=True)  # the acting organisation and role
    device = models.CharField(max_length=64)
    refresh_hash = models.BinaryField(max_length=32, unique=True)
    previous_hash = models.BinaryField(max_length=32, null=True)
    rotated_at = models.DateTimeField()
    created_at = models.DateTimeField()
    expires_at = models.DateTimeField()
    revoked_at = models.DateTimeField(null=True)
    second_factor_at = models.DateTimeField(null=True)  # when a code of the second factor was last given in it

    objects = HouseQuerySet.as_manager()


class SecondFactor(models.Model):
    """A person's authenticator app (TOTP, RFC 6238). In force once confirmed; each of its codes is good once."""

    user = models.OneToOneField(User, models.PROTECT, primary_key=True, related_name="+")
    secret = models.BinaryField(max_length=200)  # encrypted under the house's key
    created_at = models.DateTimeField()
    confirmed_at = models.DateTimeField(null=True)
    last_step = models.BigIntegerField(default=0)  # the thirty seconds whose code was used last
    tries = models.PositiveSmallIntegerField(default=0)
    tries_from = models.DateTimeField(null=True)


class RecoveryCode(models.Model):
    """One of ten ways in without the app, each good once. Only its keyed hash is kept."""

    factor = models.ForeignKey(SecondFactor, models.CASCADE, related_name="codes")
    code_hash = models.BinaryField(max_length=32, unique=True)
    used_at = models.DateTimeField(null=True)


class ApiKey(models.Model):
    """What an organisation's own system (a weighbridge, an ERP) shows instead of a person's session. Only its hash is kept.

    It acts for the organisation in the role `integration`, and of that role's rights only within its scopes.
    """

    id = models.UUIDField(primary_key=True)
    organisation = models.ForeignKey(Organisation, models.PROTECT, related_name="+")
    name = models.CharField(max_length=100)
    prefix = models.CharField(max_length=12)  # the token's beginning, to tell it by
    secret_hash = models.BinaryField(max_length=32, unique=True)
    scopes = ArrayField(models.CharField(max_length=20))  # of rights.SCOPES
    created_by = models.UUIDField(null=True)
    created_at = models.DateTimeField()
    expires_at = models.DateTimeField()
    last_used_at = models.DateTimeField(null=True)  # to five minutes
    revoked_at = models.DateTimeField(null=True)

    objects = HouseQuerySet.as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(expires_at__gt=F("created_at")), name="api_key_ends"),
            models.CheckConstraint(condition=Q(scopes__len__gt=0), name="api_key_may_something"),
        ]
