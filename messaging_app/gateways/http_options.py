"""The options of the generic HTTP gateway, read once and checked at start-up; `docs/sms.md` explains each."""

import json
import re
from dataclasses import dataclass

from django.core.exceptions import ImproperlyConfigured

from messaging_app.gateways.base import DELIVERED, FAILED, SENT
from messaging_app.gateways.options import Pairs, RouteOptions

METHODS = ("POST", "GET", "PUT")
BODIES = ("form", "json", "query")
FORMATS = ("e164", "digits", "national")
RECEIPT_WORDS = {SENT: "RECEIPT_SENT", DELIVERED: "RECEIPT_DELIVERED", FAILED: "RECEIPT_FAILED"}


@dataclass(frozen=True, slots=True)
class HttpOptions:
    """The options of one route. Hashable, so that a route and its gateway are made once."""

    url: str
    method: str
    body: str
    to_field: str
    text_field: str
    number_format: str
    json: str
    params: Pairs
    headers: Pairs
    auth: tuple[str, str] | None
    idempotency_header: str
    idempotency_field: str
    success_status: frozenset[int]
    success_path: str
    success_match: str
    id_path: str
    id_match: str
    refused_status: frozenset[int]
    refused_match: str
    receipt_secret: str
    receipt_secret_header: str
    receipt_secret_query: str
    receipt_id: str
    receipt_status: str
    receipt_words: tuple[tuple[str, str], ...]


def read_options(options: RouteOptions) -> HttpOptions:
    """Raises ImproperlyConfigured for what is missing or cannot be read."""
    text = options.text
    for option in ("URL", *options.words("REQUIRED")):
        if not text(option):
            raise ImproperlyConfigured(f"{options.name(option)} is not set; the route needs it.")
    return HttpOptions(
        url=text("URL"),
        method=options.choice("METHOD", METHODS),
        body=options.choice("BODY", BODIES),
        to_field=text("TO_FIELD"),
        text_field=text("TEXT_FIELD"),
        number_format=options.choice("NUMBER_FORMAT", FORMATS),
        json=_template(options),
        params=(*options.pairs("PARAMS"), *_pair(text("SENDER_FIELD"), text("SENDER"))),
        headers=(*options.pairs("HEADERS"), *_pair(text("KEY_HEADER"), text("KEY"))),
        auth=(text("USER"), text("PASSWORD")) if text("USER") else None,
        idempotency_header=text("IDEMPOTENCY_HEADER"),
        idempotency_field=text("IDEMPOTENCY_FIELD"),
        success_status=options.numbers("SUCCESS_STATUS"),
        success_path=text("SUCCESS_PATH"),
        success_match=_expression(options, "SUCCESS_MATCH"),
        id_path=text("ID_PATH"),
        id_match=_expression(options, "ID_MATCH"),
        refused_status=options.numbers("REFUSED_STATUS"),
        refused_match=_expression(options, "REFUSED_MATCH"),
        receipt_secret=text("RECEIPT_SECRET"),
        receipt_secret_header=text("RECEIPT_SECRET_HEADER"),
        receipt_secret_query=text("RECEIPT_SECRET_QUERY"),
        receipt_id=text("RECEIPT_ID"),
        receipt_status=text("RECEIPT_STATUS"),
        receipt_words=tuple(
            (word.lower(), status)
            for status, option in RECEIPT_WORDS.items()
            for word in options.words(option)
        ),
    )


def _pair(name: str, value: str) -> Pairs:
    return ((name, value),) if name and value else ()


def _expression(options: RouteOptions, option: str) -> str:
    text = options.text(option)
    try:
        re.compile(text)
    except re.error as error:
        raise ImproperlyConfigured(f"{options.name(option)} is no regular expression: {error}") from error
    return text


def _template(options: RouteOptions) -> str:
    text = options.text("JSON")
    try:
        if text and not isinstance(json.loads(text), dict):
            raise ValueError("no object")
    except ValueError as error:
        raise ImproperlyConfigured(f"{options.name('JSON')} must be a JSON object.") from error
    return text
