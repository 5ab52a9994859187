"""Pushes through Firebase Cloud Messaging by firebase-admin, which is imported in the worker at its first push only.

The library's own retries would send a push up to five times and sleep for half a minute inside the worker, so they are
switched off: one POST per try, ten seconds at most, and only the outbox tries again. Which error means what follows
FCM's table of error codes; nothing about a token is concluded from an error that does not name it.
"""

from __future__ import annotations

import logging
import threading
from functools import cache
from typing import Any

from django.conf import settings

from collection.kernel.db import outside_transaction

from .base import TIMEOUT_S, Permanent, Push, Transient, seconds

log = logging.getLogger(__name__)

#: FCM asks for at least this pause when its quota is used up and it names none.
QUOTA_PAUSE_S = 60
#: Apple refuses our key: somebody has to renew it, and pushes to iPhones wait meanwhile.
APPLE_PAUSE_S = 600
LONGEST_TTL_S = 2_419_200

_one_at_a_time = threading.Lock()


def send(push: Push) -> None:
    """One POST. Raises Transient or Permanent (`address_gone` when the device cannot be reached at that address)."""
    outside_transaction()
    from firebase_admin import exceptions, messaging
    from google.auth.exceptions import GoogleAuthError

    with _one_at_a_time:
        app = _app(settings.FCM_SERVICE_ACCOUNT, settings.FCM_ENDPOINT)
    try:
        messaging.send(_message(push), app=app)
    except messaging.UnregisteredError as error:
        raise Permanent("FCM: UNREGISTERED", address_gone=True) from error
    except messaging.SenderIdMismatchError as error:
        # One phone can do this by registering another project's token, so it must not stop everybody's pushes.
        log.error("FCM: SENDER_ID_MISMATCH: a token of another Firebase project, or a wrong FCM_SERVICE_ACCOUNT")
        raise Permanent("FCM: SENDER_ID_MISMATCH") from error
    except messaging.ThirdPartyAuthError as error:
        log.error("FCM: THIRD_PARTY_AUTH_ERROR: the APNs key of the Firebase project is not accepted by Apple")
        raise Transient("FCM: THIRD_PARTY_AUTH_ERROR", retry_after=APPLE_PAUSE_S) from error
    except messaging.QuotaExceededError as error:
        raise Transient("FCM: QUOTA_EXCEEDED", retry_after=_retry_after(error) or QUOTA_PAUSE_S) from error
    except exceptions.InvalidArgumentError as error:
        raise Permanent(f"FCM: INVALID_ARGUMENT: {error}", address_gone=_names_the_address(error)) from error
    except exceptions.FirebaseError as error:
        if error.http_response is not None and error.http_response.status_code in (401, 403, 404):
            log.error("FCM refuses FCM_SERVICE_ACCOUNT: %s: %s", error.code, error)
            raise Permanent(f"FCM: {error.code}") from error
        raise Transient(f"FCM: {error.code}", retry_after=_retry_after(error)) from error
    except GoogleAuthError as error:  # no access token: says nothing about any device
        log.error("FCM: no access token: %s", error)
        raise Transient(f"FCM: no access token: {type(error).__name__}") from error


@cache
def _app(account: str, endpoint: str) -> Any:
    import firebase_admin
    from firebase_admin import credentials, messaging
    from requests.adapters import HTTPAdapter

    app = firebase_admin.initialize_app(credentials.Certificate(account), {"httpTimeout": TIMEOUT_S},
                                        name=f"{account} {endpoint}")
    # Private names of firebase-admin 7.7: it offers no public way to its retries, nor to another endpoint.
    service = messaging._get_messaging_service(app)
    for prefix in ("https://fcm.googleapis.com", "https://", "http://"):
        service._client.session.mount(prefix, HTTPAdapter(max_retries=0, pool_maxsize=16))
    if endpoint:
        service._fcm_url = f"{endpoint.rstrip('/')}/v1/projects/{app.project_id}/messages:send"
    return app


def _message(push: Push) -> Any:
    """The notice's words and ids. A repeat has the same tag and collapse id, so it replaces what the phone shows."""
    from firebase_admin import messaging

    ttl = None if push.seconds_left is None else min(max(push.seconds_left, 0), LONGEST_TTL_S)
    headers = {"apns-collapse-id": str(push.notice_id)}
    data = {
        "notification_id": str(push.notice_id), "type": push.event, "object_type": push.object_type,
        "object_id": str(push.object_id), "deep_link": f"tonnage://{push.object_type}/{push.object_id}",
    }
    if push.expires_at is not None:
        headers["apns-expiration"] = str(int(push.expires_at.timestamp()))
        data["expires_at"] = push.expires_at.isoformat().replace("+00:00", "Z")
    message = messaging.Message(
        notification=messaging.Notification(title=push.title, body=push.body),
        data=data,
        android=messaging.AndroidConfig(
            priority="high" if push.expires_at else "normal", ttl=ttl,
            notification=messaging.AndroidNotification(tag=str(push.notice_id)),
        ),
        apns=messaging.APNSConfig(headers=headers),
    )
    setattr(message, push.kind, push.address)  # `token` is deprecated as an argument, and still what most phones have
    return message


def _retry_after(error: Any) -> float | None:
    return seconds(error.http_response.headers.get("Retry-After")) if error.http_response is not None else None


def _names_the_address(error: Any) -> bool:
    """Whether an INVALID_ARGUMENT is about the token: our own mistake in the payload must not cost a device."""
    try:
        details = error.http_response.json()["error"].get("details", [])
    except (AttributeError, ValueError, KeyError, TypeError):
        return False
    fields = {violation.get("field") for detail in details for violation in detail.get("fieldViolations", [])}
    return bool(fields & {"message.token", "message.fid"})
