"""Handing a rendered message to Django's mail backend, as text and HTML."""

import smtplib
import uuid
from urllib.parse import urlsplit

from django.conf import settings
from django.core.mail import EmailMultiAlternatives

from messaging_app.gateways.base import GatewayRefused
from messaging_app.rendering import Rendered

PERMANENT = 500


def send_email(*, to: str, rendered: Rendered, message_id: uuid.UUID) -> None:
    """Send one e-mail.

    Raises GatewayRefused for an address refused for good, the backend's errors otherwise.
    """
    mail = EmailMultiAlternatives(
        subject=rendered.subject,
        body=rendered.text,
        to=[to],
        headers={
            # The same on every attempt: a mailbox that got it before a lost answer shows it once.
            "Message-ID": f"<{message_id}@{urlsplit(settings.ISSUER_URL).hostname}>",
            # RFC 3834 §5: no out-of-office answers to machines.
            "Auto-Submitted": "auto-generated",
        },
    )
    mail.attach_alternative(rendered.html, "text/html")
    try:
        mail.send()
    except smtplib.SMTPRecipientsRefused as error:
        if all(code >= PERMANENT for code, _reason in error.recipients.values()):
            raise GatewayRefused("the mail server refuses this address") from error
        raise
