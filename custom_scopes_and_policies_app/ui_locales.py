"""`ui_locales` (OIDC Core §3.1.2.1): the pages of a request come in the language its app asks for.

The language travels in the address that every step returns to, so that it holds for this request and no other. A
person who chose a language on these pages keeps theirs: the app knows it less well.
"""

from collections.abc import Callable, Sequence
from urllib.parse import parse_qs, urlsplit

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.utils import translation

PARAMETER = "ui_locales"


def spoken_language(ui_locales: Sequence[str]) -> str:
    """The first of these languages that the pages exist in, "" for none."""
    for tag in ui_locales:
        try:
            return translation.get_supported_language_variant(tag)
        except LookupError:
            continue
    return ""


def speak(request: HttpRequest, ui_locales: Sequence[str]) -> None:
    """Answer this request in the first language that exists, unless the person has chosen one."""
    if settings.LANGUAGE_COOKIE_NAME in request.COOKIES:
        return
    language = spoken_language(ui_locales)
    if language:
        translation.activate(language)
        request.LANGUAGE_CODE = language


class UiLocalesMiddleware:
    """Finds the wish in the address itself or in the `next` that a login page carries. After LocaleMiddleware."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if PARAMETER in request.META.get("QUERY_STRING", ""):
            speak(request, _asked(request))
        return self.get_response(request)


def _asked(request: HttpRequest) -> list[str]:
    direct = request.GET.get(PARAMETER)
    if direct is not None:
        return direct.split()
    try:
        carried = parse_qs(urlsplit(request.GET.get("next", "")).query, max_num_fields=20)
    except ValueError:
        return []
    return " ".join(carried.get(PARAMETER, [])).split()
