"""Twilio's Messaging API by plain HTTP: Basic auth, form fields, signed status callbacks."""

import base64
import hmac
from dataclasses import dataclass
from functools import cached_property
from hashlib import sha1

import httpx
from django.core.exceptions import ImproperlyConfigured

from messaging_app.gateways.answers import value_at
from messaging_app.gateways.base import (
    DELIVERED,
    FAILED,
    SENT,
    GatewayRefused,
    GatewayUnavailable,
    Receipt,
    ReceiptCall,
    ReceiptRefused,
    Sent,
)
from messaging_app.gateways.options import RouteOptions
from messaging_app.gateways.transport import Answer, Call, exchange, make_client
from messaging_app.parts import count_parts
from messaging_app.receipt_urls import receipt_url

PRESET = {"URL": "https://api.twilio.com", "STATUS_CALLBACK": "1"}
CREATED = 201
# Codes that are about the recipient: not a number, not a mobile, has unsubscribed, cannot be reached.
# https://www.twilio.com/docs/api/errors
RECIPIENT_ERRORS = frozenset({"21211", "21214", "21217", "21610", "21614"})
STATUSES = {"sent": SENT, "delivered": DELIVERED, "read": DELIVERED, "undelivered": FAILED, "failed": FAILED}


@dataclass(frozen=True, slots=True)
class TwilioOptions:
    """One Twilio account. Either a messaging service or a sender is set."""

    url: str
    account: str
    token: str
    service: str
    sender: str
    callback: str


def read_options(options: RouteOptions) -> TwilioOptions:
    """Raises ImproperlyConfigured for what is missing."""
    for option in ("ACCOUNT_SID", "AUTH_TOKEN"):
        if not options.text(option):
            raise ImproperlyConfigured(f"{options.name(option)} is not set; the route needs it.")
    if not options.text("MESSAGING_SERVICE_SID") and not options.text("FROM"):
        names = f"{options.name('MESSAGING_SERVICE_SID')} or {options.name('FROM')}"
        raise ImproperlyConfigured(f"Set {names}; the route needs one of them.")
    return TwilioOptions(
        url=options.text("URL").rstrip("/"),
        account=options.text("ACCOUNT_SID"),
        token=options.text("AUTH_TOKEN"),
        service=options.text("MESSAGING_SERVICE_SID"),
        sender=options.text("FROM"),
        callback=receipt_url(options.route) if options.flag("STATUS_CALLBACK") else "",
    )


class TwilioGateway:
    """The API has no idempotency key: an unknown outcome stays unknown."""

    repeats_safely = False

    def __init__(self, options: TwilioOptions) -> None:
        self._options = options

    @cached_property
    def _client(self) -> httpx.Client:
        return make_client()

    def send(self, *, to: str, text: str, idempotency_key: str) -> Sent:
        options = self._options
        form = {"To": to, "Body": text}
        form |= {"MessagingServiceSid": options.service} if options.service else {"From": options.sender}
        # Twilio refuses an address it cannot reach, such as localhost in development.
        if options.callback.startswith("https://"):
            form["StatusCallback"] = options.callback
        answer = exchange(
            self._client,
            Call(
                method="POST",
                url=f"{options.url}/2010-04-01/Accounts/{options.account}/Messages.json",
                headers={},
                form=form,
                auth=(options.account, options.token),
            ),
        )
        return Sent(provider_id=_sid(answer), parts=_segments(answer, text))

    def read_receipt(self, call: ReceiptCall) -> Receipt:
        """Verified by `X-Twilio-Signature` over the address and the sorted form fields."""
        given = call.headers.get("x-twilio-signature", "")
        if not hmac.compare_digest(given.encode(), self.signature(call.url, dict(call.form)).encode()):
            raise ReceiptRefused("wrong signature")
        if call.form.get("AccountSid", self._options.account) != self._options.account:
            raise ReceiptRefused("another account")
        status = STATUSES.get(call.form.get("MessageStatus", ""), "")
        return Receipt(provider_id=call.form.get("MessageSid", ""), status=status)

    def signature(self, url: str, form: dict[str, str]) -> str:
        """Base64 of HMAC-SHA1 under the account's token: the vendor's scheme, SHA-1 included."""
        signed = url + "".join(f"{name}{form[name]}" for name in sorted(form))
        return base64.b64encode(
            hmac.new(self._options.token.encode(), signed.encode(), sha1).digest()
        ).decode()


def _sid(answer: Answer) -> str:
    if answer.status == CREATED and (sid := value_at(answer.text, "sid")):
        return sid
    code = value_at(answer.text, "code") or ""
    reason = f"answered {answer.status}{f', code {code}' if code.isdecimal() else ''}"
    raise GatewayRefused(reason) if code in RECIPIENT_ERRORS else GatewayUnavailable(reason)


def _segments(answer: Answer, text: str) -> int:
    """What Twilio says it will bill; with a messaging service it says 0 until a sender was chosen."""
    told = value_at(answer.text, "num_segments") or ""
    return int(told) if told.isdecimal() and 0 < int(told) < 100 else count_parts(text)
