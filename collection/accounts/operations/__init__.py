"""Verbs of people and organisations, by topic."""

from .login import (
    AccountSuspended,
    CodeSent,
    PhoneNotServed,
    TooManyCodes,
    TooManyTries,
    WrongCode,
    redeem_code,
    request_code,
)
from .officers import OperatorUnknown, add_officer
from .organisations import (
    AlreadyMember,
    IdentityNumberInvalid,
    OrganisationExists,
    act_for,
    add_member,
    register_organisation,
    remove_member,
)
from .sessions import Opened, SessionOver, logout, refresh
from .suspension import (
    resume_organisation,
    resume_user,
    suspend_organisation,
    suspend_user,
)
from .tidying import tidy

__all__ = [
    "AccountSuspended", "AlreadyMember", "CodeSent", "IdentityNumberInvalid", "Opened", "OperatorUnknown",
    "OrganisationExists", "PhoneNotServed", "SessionOver", "TooManyCodes", "TooManyTries", "WrongCode", "act_for",
    "add_member", "add_officer", "logout", "redeem_code", "refresh", "register_organisation", "remove_member",
    "request_code", "resume_organisation", "resume_user", "suspend_organisation", "suspend_user",
    "tidy",
]
