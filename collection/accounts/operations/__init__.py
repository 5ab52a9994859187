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
from .messages import choose_notices, end_announcement, post_announcement, set_quiet_hours
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
from .webhooks import (
    TooManyWebhooks,
    WebhookAddressRefused,
    WebhookIsOff,
    change_webhook,
    create_webhook,
    remove_webhook,
    replay_webhook,
    rotate_webhook_secret,
    try_webhook,
)

__all__ = [
    "AccountSuspended",
    "AlreadyMember",
    "CodeSent",
    "IdentityNumberInvalid",
    "Opened",
    "OperatorUnknown",
    "OrganisationExists",
    "PhoneNotServed",
    "SessionOver",
    "TooManyCodes",
    "TooManyTries",
    "TooManyWebhooks",
    "WebhookAddressRefused",
    "WebhookIsOff",
    "WrongCode",
    "act_for",
    "add_member",
    "add_officer",
    "change_webhook",
    "choose_notices",
    "create_webhook",
    "end_announcement",
    "logout",
    "post_announcement",
    "redeem_code",
    "refresh",
    "register_organisation",
    "remove_member",
    "remove_webhook",
    "replay_webhook",
    "request_code",
    "resume_organisation",
    "resume_user",
    "rotate_webhook_secret",
    "set_quiet_hours",
    "suspend_organisation",
    "suspend_user",
    "tidy",
    "try_webhook",
]
