"""From a template's name and a context to the words that are sent, in the recipient's language."""

from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import urlsplit

from django.conf import settings
from django.template import Context, Engine
from django.utils import translation


@dataclass(frozen=True, slots=True)
class Rendered:
    """The words of one message; `subject` and `html` are "" for SMS."""

    text: str
    subject: str = ""
    html: str = ""


def render_sms(template: str, context: Mapping[str, object], language: str) -> Rendered:
    """Render `templates/messages/<template>.<language>.sms.txt` where there is one, else `<template>.sms.txt`.

    Raises Django's template errors.
    """
    names = [f"{template}.{code}.sms.txt" for code in (language.lower(), language.lower().split("-")[0])]
    with translation.override(language):
        return Rendered(text=_text([*names, f"{template}.sms.txt"], context))


def render_email(template: str, context: Mapping[str, object], language: str) -> Rendered:
    """Render `<template>.subject.txt`, `.email.txt` and `.email.html`. Raises Django's template errors."""
    with translation.override(language):
        return Rendered(
            subject=" ".join(_text([f"{template}.subject.txt"], context).split()),
            text=_text([f"{template}.email.txt"], context),
            html=_render([f"{template}.email.html"], context, autoescape=True),
        )


def _text(names: list[str], context: Mapping[str, object]) -> str:
    return _render(names, context, autoescape=False).strip()


def _render(names: list[str], context: Mapping[str, object], *, autoescape: bool) -> str:
    """The first template that exists.

    There is no request here: what pages get from context processors is given by hand.
    """
    surroundings = {
        "product_name": settings.PRODUCT_NAME,
        "issuer_url": settings.ISSUER_URL,
        "host": urlsplit(settings.ISSUER_URL).hostname,
    }
    template = Engine.get_default().select_template([f"messages/{name}" for name in names])
    return template.render(Context({**surroundings, **context}, autoescape=autoescape))
