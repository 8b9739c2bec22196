"""The page that asks for a second factor: one way at a time, the others a link away."""

from typing import Any
from urllib.parse import urlencode

from django.conf import settings
from django.contrib import messages
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render, resolve_url
from django.urls import reverse
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from core_app.caller import caller_of
from core_app.errors import AppError, TooManyAttempts, Unavailable
from core_app.pages import page, refused, see_other
from mfa_app.flows import challenge as flow
from mfa_app.flows import codes
from mfa_app.flows.waiting import NotOffered, Waiting, waiting_in_browser
from mfa_app.forms import PasskeyForm, typing_form
from mfa_app.kinds import Kind
from sessions_app.login import LoginGone, prove

MESSAGES = frozenset({Kind.SMS, Kind.EMAIL})


@page
def challenge(request: HttpRequest) -> HttpResponse:
    """Asks for one proof, checks it, and goes on."""
    try:
        waiting = waiting_in_browser(request, request.GET.get("login", ""))
    except LoginGone as error:
        return gone(request, error)
    if not waiting.offered:
        return _nothing_to_offer(request, waiting)
    kind = _chosen(request, waiting)
    if request.method == "POST":
        return _check(request, waiting, kind)
    return render(request, "mfa/challenge.html", _context(waiting, kind, _empty_form(kind)))


@page
def send(request: HttpRequest) -> HttpResponse:
    """Sends a code, or another one, and goes back to the page that asks for it."""
    try:
        waiting = waiting_in_browser(request, request.GET.get("login", ""))
    except LoginGone as error:
        return gone(request, error)
    kind = _chosen(request, waiting)
    if request.method == "POST" and kind in MESSAGES:
        is_first = codes.sent_code(waiting, kind) is None
        try:
            codes.send(waiting, kind, language=get_language() or "", caller=caller_of(request))
        except AppError as error:
            messages.warning(request, str(error.message))
        else:
            if not is_first:
                messages.success(request, _("A new code is on its way. The earlier one no longer works."))
    return see_other(page_url(waiting, kind))


@require_POST
@page
def passkey_options(request: HttpRequest) -> HttpResponse:
    """A challenge for the script, as JSON."""
    try:
        return JsonResponse(flow.passkey_options(waiting_in_browser(request, request.GET.get("login", ""))))
    except (LoginGone, NotOffered) as error:
        return JsonResponse({"detail": str(error.message)}, status=error.status)


def gone(request: HttpRequest, error: LoginGone) -> HttpResponse:
    """There is nothing to go on with: it waited too long, or was finished and a page was sent again."""
    messages.info(request, str(error.message))
    return see_other(resolve_url(settings.LOGIN_URL))


def go_on(request: HttpRequest, waiting: Waiting, methods: list[str]) -> HttpResponse:
    """To the next step, or to where the person wanted to go, signed in."""
    try:
        return see_other(
            prove(
                request,
                user=waiting.user,
                methods=methods,
                next_url=waiting.pending.next_url,
                pending=waiting.pending,
            )
        )
    except LoginGone as error:
        return gone(request, error)


def page_url(waiting: Waiting, kind: Kind, name: str = "mfa:challenge") -> str:
    """The page of one way, in this login."""
    return f"{reverse(name)}?{urlencode({'login': waiting.pending.pending_id, 'use': kind.value})}"


def _check(request: HttpRequest, waiting: Waiting, kind: Kind) -> HttpResponse:
    form = PasskeyForm(request.POST) if kind is Kind.PASSKEY else typing_form(kind, request.POST)
    context = _context(waiting, kind, form)
    if not form.is_valid():
        return render(request, "mfa/challenge.html", context, status=400)
    try:
        if isinstance(form, PasskeyForm):
            methods = flow.prove_passkey(waiting, form.answer(), caller=caller_of(request))
        else:
            methods = flow.prove_typed(waiting, kind, form.typed, caller=caller_of(request))
    except (TooManyAttempts, Unavailable):
        raise
    except AppError as error:
        return refused(request, "mfa/challenge.html", context, error, field=_field(form))
    return go_on(request, waiting, methods)


def _field(form: Any) -> str | None:
    """Where an error is said: at the field that was typed into, or above the form."""
    return next((name for name in ("code", "password") if name in form.fields), None)


def _chosen(request: HttpRequest, waiting: Waiting) -> Kind:
    """The way that the address names, if it is offered; else the best."""
    offered = waiting.offered
    wanted = next((kind for kind in offered if kind.value == request.GET.get("use")), None)
    return wanted or (offered[0] if offered else Kind.PASSWORD)


def _empty_form(kind: Kind) -> Any:
    return PasskeyForm() if kind is Kind.PASSKEY else typing_form(kind)


def _context(waiting: Waiting, kind: Kind, form: Any) -> dict[str, object]:
    return {
        "form": form,
        "kind": kind.value,
        "sent": codes.sent_code(waiting, kind) if kind in MESSAGES else None,
        "send_url": page_url(waiting, kind, "mfa:send") if kind in MESSAGES else "",
        "options_url": page_url(waiting, kind, "mfa:passkey-options") if kind is Kind.PASSKEY else "",
        "others": [
            {"label": other.label, "url": page_url(waiting, other), "kind": other.value}
            for other in waiting.offered
            if other is not kind
        ],
        "without_url": waiting.without_url,
        "is_step_up": bool(waiting.pending.sid),
        "is_weak": kind in MESSAGES and not waiting.possible.enrolled & {Kind.PASSKEY, Kind.TOTP},
        "login_url": resolve_url(settings.LOGIN_URL),
        "cancel_url": reverse("home") if waiting.pending.sid else resolve_url(settings.LOGIN_URL),
    }


def _nothing_to_offer(request: HttpRequest, waiting: Waiting) -> HttpResponse:
    """Finished meanwhile (the same form twice), to be set up now, or not possible this way."""
    if not waiting.is_missing:
        return go_on(request, waiting, [])
    if waiting.without_url:
        # Nobody has to set anything up for a wish.
        return see_other(waiting.without_url)
    if waiting.can_set_up:
        return see_other(f"{reverse('mfa:set-up')}?{urlencode({'login': waiting.pending.pending_id})}")
    context = {"login_url": resolve_url(settings.LOGIN_URL), "has_password": waiting.possible.has_password}
    return render(request, "mfa/nothing_to_offer.html", context, status=403)
