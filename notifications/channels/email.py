"""E-mail through Django's backend (EMAIL_HOST and its siblings). The first line of the text is the subject."""

from __future__ import annotations

import smtplib

from django.core.mail import EmailMessage, get_connection

from collection.kernel.db import outside_transaction

from .base import TIMEOUT_S, Message, Permanent, Transient


def send(message: Message) -> None:
    """Hand it to the mail server. Raises Permanent when it refuses the address or the letter (5xx), else Transient."""
    outside_transaction()
    subject, _, body = message.text.partition("\n")
    letter = EmailMessage(subject, body.strip() or subject, to=[message.address],
                          connection=get_connection(timeout=TIMEOUT_S))
    letter.extra_headers["Message-ID"] = f"<{message.id}@outbox>"
    try:
        letter.send()
    except smtplib.SMTPRecipientsRefused as error:
        codes = {code for code, _ in error.recipients.values()}
        if min(codes) >= 500:
            raise Permanent("the mail server refuses the address", address_gone=True) from error
        raise Transient("the mail server refuses the address for now") from error
    except smtplib.SMTPResponseException as error:
        if error.smtp_code >= 500:
            raise Permanent(f"the mail server answered {error.smtp_code}") from error
        raise Transient(f"the mail server answered {error.smtp_code}") from error
    except (smtplib.SMTPException, OSError) as error:
        raise Transient(f"mail server: {type(error).__name__}") from error
