from __future__ import annotations

from rest_framework import serializers

from api.http.fields import Id, OneOf, Reply, StrictSerializer, Text
from collection.accounts.rights import MEMBER_ROLES, ROLES
from collection.accounts.states import CODE_DIGITS, GIVEN_ROLES, GIVES, KINDS
from collection.kernel.words import LANGUAGES

PHONE = r"\+[1-9][0-9]{7,14}"


class CodeForm(StrictSerializer):
    phone = Text(max_length=16, pattern=PHONE, help_text="E.164; mobile numbers of Kazakhstan, +7 7xx")
    language = OneOf(LANGUAGES, required=False, help_text="of the message; Accept-Language otherwise")


class CodeReply(Reply):
    expires_at = serializers.DateTimeField()


class LoginForm(StrictSerializer):
    phone = Text(max_length=16, pattern=PHONE)
    code = Text(max_length=CODE_DIGITS, pattern=rf"[0-9]{{{CODE_DIGITS}}}")


class RefreshForm(StrictSerializer):
    refresh_token = Text(max_length=200)


class TokenReply(Reply):
    access_token = serializers.CharField()
    token_type = serializers.ChoiceField(["Bearer"])
    expires_in_s = serializers.IntegerField()
    refresh_token = serializers.CharField(help_text="good once: keep the new one of each refresh")
    refresh_expires_at = serializers.DateTimeField()


class ActingForm(StrictSerializer):
    membership_id = Id()


class MembershipReply(Reply):
    id = serializers.UUIDField()
    organisation_id = serializers.UUIDField()
    organisation_name = serializers.CharField()
    organisation_kind = serializers.ChoiceField(KINDS)
    role = serializers.ChoiceField(MEMBER_ROLES)
    suspended = serializers.BooleanField()


class MeReply(Reply):
    id = serializers.UUIDField()
    phone = serializers.CharField()
    name = serializers.CharField()
    language = serializers.ChoiceField(LANGUAGES)
    organisation_id = serializers.UUIDField(allow_null=True, help_text="the organisation acted for")
    role = serializers.ChoiceField(ROLES)
    memberships = MembershipReply(many=True)


class SessionReply(Reply):
    id = serializers.UUIDField()
    device = serializers.CharField(help_text="the app's installation id")
    created_at = serializers.DateTimeField()
    used_at = serializers.DateTimeField()
    expires_at = serializers.DateTimeField()
    organisation = serializers.CharField(allow_null=True)
    role = serializers.ChoiceField(MEMBER_ROLES, allow_null=True)
    current = serializers.BooleanField(help_text="the one that asks")


class SessionsReply(Reply):
    items = SessionReply(many=True)


class SecondFactorReply(Reply):
    confirmed_at = serializers.DateTimeField(allow_null=True, help_text="null: no app in force")
    recovery_codes_left = serializers.IntegerField()
    passed = serializers.BooleanField(help_text="a code was given in this session")
    fresh = serializers.BooleanField(help_text="in the last fifteen minutes: what moves money is open")


class EnrolmentReply(Reply):
    secret = serializers.CharField(help_text="base32, to be typed into the app")
    uri = serializers.CharField(help_text="otpauth://, for a QR code")


class FactorCodeForm(StrictSerializer):
    code = Text(max_length=11, pattern=r"[0-9]{6}|[A-Za-z2-7]{5}-[A-Za-z2-7]{5}", help_text="of the app, or a recovery code")


class ConfirmedReply(Reply):
    recovery_codes = serializers.ListField(child=serializers.CharField())


class GivenReply(Reply):
    good_until = serializers.DateTimeField()


class OrganisationForm(StrictSerializer):
    kind = OneOf(KINDS)
    identity_number = Text(max_length=12, pattern=r"[0-9]{12}", help_text="BIN of a company, IIN of a person")
    name = Text(max_length=200)
    as_role = OneOf(list(GIVES), default="generator_admin")


class OrganisationReply(Reply):
    id = serializers.UUIDField()
    kind = serializers.ChoiceField(KINDS)
    identity_number = serializers.CharField()
    name = serializers.CharField()
    is_operator = serializers.BooleanField()
    synthetic = serializers.BooleanField()
    created_at = serializers.DateTimeField()
    suspended_at = serializers.DateTimeField(allow_null=True)
    version = serializers.IntegerField()


class MemberForm(StrictSerializer):
    phone = Text(max_length=16, pattern=PHONE)
    name = Text(max_length=200)
    role = OneOf(GIVEN_ROLES)


class MemberReply(Reply):
    id = serializers.UUIDField(help_text="of the membership")
    user_id = serializers.UUIDField()
    name = serializers.CharField()
    phone = serializers.CharField()
    role = serializers.ChoiceField(MEMBER_ROLES)
    created_at = serializers.DateTimeField()


class MembersReply(Reply):
    items = MemberReply(many=True)


class MembershipIdReply(Reply):
    id = serializers.UUIDField()
