"""The gateway for any vendor with an HTTP interface: what is sent and how the answer is read are settings."""

import hmac
import json
import re
from collections.abc import Mapping
from functools import cached_property

import httpx
import phonenumbers

from messaging_app.gateways.answers import first_group, value_at
from messaging_app.gateways.base import (
    GatewayRefused,
    GatewayUnavailable,
    Receipt,
    ReceiptCall,
    ReceiptRefused,
    Sent,
)
from messaging_app.gateways.http_options import HttpOptions
from messaging_app.gateways.transport import Answer, Call, exchange, make_client
from messaging_app.parts import count_parts


class HttpGateway:
    """Sends as its options say. Its words for errors hold no number, no text and no key."""

    def __init__(self, options: HttpOptions) -> None:
        self._options = options

    @cached_property
    def _client(self) -> httpx.Client:
        return make_client()

    @property
    def repeats_safely(self) -> bool:
        return bool(self._options.idempotency_header or self._options.idempotency_field)

    def send(self, *, to: str, text: str, idempotency_key: str) -> Sent:
        answer = exchange(self._client, self._call(to, text, idempotency_key))
        self._refuse_failure(answer)
        provider_id = ""
        if self._options.id_path:
            provider_id = value_at(answer.text, self._options.id_path) or ""
        elif self._options.id_match:
            provider_id = first_group(answer.text, self._options.id_match) or ""
        return Sent(provider_id=provider_id, parts=count_parts(text))

    def read_receipt(self, call: ReceiptCall) -> Receipt:
        """The shared secret is in a header or in the query, as the options say."""
        self._refuse_stranger(call)
        fields = {**call.query, **call.form}
        provider_id = self._receipt_value(call, fields, self._options.receipt_id)
        word = self._receipt_value(call, fields, self._options.receipt_status)
        return Receipt(
            provider_id=provider_id, status=dict(self._options.receipt_words).get(word.lower(), "")
        )

    def _call(self, to: str, text: str, idempotency_key: str) -> Call:
        options = self._options
        fields = dict(options.params)
        fields[options.to_field] = _number(to, options.number_format)
        fields[options.text_field] = text
        if options.idempotency_field:
            fields[options.idempotency_field] = idempotency_key
        headers = {name: str(value) for name, value in options.headers}
        if options.idempotency_header:
            headers[options.idempotency_header] = idempotency_key
        plain = {name: str(value) for name, value in fields.items()}
        return Call(
            method=options.method,
            url=options.url,
            headers=headers,
            query=plain if options.body == "query" else None,
            form=plain if options.body == "form" else None,
            json=self._json(fields, idempotency_key) if options.body == "json" else None,
            auth=options.auth,
        )

    def _json(self, fields: Mapping[str, object], idempotency_key: str) -> object:
        """The fields as an object, or the operator's own object with `{to}`, `{text}` and `{key}` filled in."""
        options = self._options
        if not options.json:
            return fields
        words = {
            "{to}": str(fields[options.to_field]),
            "{text}": str(fields[options.text_field]),
            "{key}": idempotency_key,
        }
        return _filled(json.loads(options.json), words)

    def _refuse_failure(self, answer: Answer) -> None:
        """Only the vendor's own success counts; a page of a proxy in between does not."""
        options = self._options
        is_refused = answer.status in options.refused_status
        if is_refused or (options.refused_match and re.search(options.refused_match, answer.text)):
            raise GatewayRefused(f"answered {answer.status}")
        if answer.status not in options.success_status:
            raise GatewayUnavailable(f"answered {answer.status}")
        if not self._says_success(answer.text):
            raise GatewayUnavailable(f"answered {answer.status} without its word of success")

    def _says_success(self, text: str) -> bool:
        options = self._options
        found = value_at(text, options.success_path) if options.success_path else text
        if found is None:
            return False
        if not options.success_match:
            return True
        match = re.fullmatch if options.success_path else re.search
        return match(options.success_match, found) is not None

    def _refuse_stranger(self, call: ReceiptCall) -> None:
        options = self._options
        given = ""
        if options.receipt_secret_header:
            given = call.headers.get(options.receipt_secret_header.lower(), "")
        elif options.receipt_secret_query:
            given = call.query.get(options.receipt_secret_query, "")
        if not options.receipt_secret:
            raise ReceiptRefused("no receipts are set up")
        if not hmac.compare_digest(given.encode(), options.receipt_secret.encode()):
            raise ReceiptRefused("wrong secret")

    def _receipt_value(self, call: ReceiptCall, fields: dict[str, str], path: str) -> str:
        found = fields.get(path)
        return found if found is not None else value_at(call.body.decode(errors="replace"), path) or ""


def _number(phone: str, number_format: str) -> str:
    if number_format == "digits":
        return phone.removeprefix("+")
    if number_format == "national":
        number = phonenumbers.parse(phone)
        return phonenumbers.national_significant_number(number)
    return phone


def _filled(value: object, words: Mapping[str, str]) -> object:
    """The template with its placeholders replaced, however deep they are."""
    if isinstance(value, dict):
        return {name: _filled(inner, words) for name, inner in value.items()}
    if isinstance(value, list):
        return [_filled(inner, words) for inner in value]
    return words.get(value, value) if isinstance(value, str) else value
