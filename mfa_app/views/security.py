"""My second factors: what there is, naming and removing it, backup codes, codes by SMS and e-mail."""

import uuid

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _

from accounts_app.models import User
from core_app.caller import caller_of
from core_app.pages import see_other
from messaging_app.recipients import mask_address
from mfa_app import backup_codes
from mfa_app.flows import factors as flow
from mfa_app.flows.refusals import NothingEnrolled
from mfa_app.forms import NameForm
from mfa_app.kinds import Kind
from mfa_app.selectors import Factor, address_of, factors_of, find_factor, possible_of
from mfa_app.views.signed_in import signed_in
from sessions_app.models import SsoSession

CODE_KINDS = (Kind.SMS, Kind.EMAIL)


@signed_in
def security(request: HttpRequest, session: SsoSession) -> HttpResponse:
    """The list, and what can be added."""
    user = session.user
    factors = factors_of(user)
    context = {
        "factors": factors,
        "can_have_codes": [_code_choice(user, kind) for kind in CODE_KINDS if _can_add(user, kind, factors)],
        "is_protected": bool(possible_of(user).enrolled),
        "codes_left": backup_codes.count_unused(user),
        "is_fresh": flow.is_fresh(session),
    }
    return render(request, "mfa/security.html", context)


@signed_in
def factor(request: HttpRequest, session: SsoSession, *, factor_id: uuid.UUID) -> HttpResponse:
    """Naming one."""
    found = _find(session, factor_id)
    if not found.is_named:
        raise Http404
    form = NameForm(request.POST or None, initial={"name": found.name})
    if request.method == "POST" and form.is_valid():
        flow.rename(session, factor_id, name=form.cleaned_data["name"], caller=caller_of(request))
        messages.success(request, _("The new name is kept."))
        return see_other(reverse("mfa:security"))
    return render(request, "mfa/factor.html", {"factor": found, "form": form})


@signed_in
def remove(request: HttpRequest, session: SsoSession, *, factor_id: uuid.UUID) -> HttpResponse:
    """GET asks, POST removes it."""
    found = _find(session, factor_id)
    flow.require_fresh(session)
    if request.method == "POST":
        removed = flow.remove(session, factor_id, caller=caller_of(request))
        messages.success(
            request, _("Removed: %(factor)s. Your other devices were signed out.") % {"factor": removed.label}
        )
        return see_other(reverse("mfa:security"))
    context = {"factor": found, "is_last": len(factors_of(session.user)) == 1}
    return render(request, "mfa/remove.html", context)


@signed_in
def add_codes(request: HttpRequest, session: SsoSession, *, kind: str) -> HttpResponse:
    """GET asks, POST switches codes by SMS or e-mail on."""
    user = session.user
    chosen = next((one for one in CODE_KINDS if one.value == kind and address_of(user, one)), None)
    if chosen is None:
        raise Http404
    flow.require_fresh(session)
    if request.method == "POST":
        flow.add_codes(session, chosen, caller=caller_of(request))
        messages.success(request, _("From now on we ask for a code when you sign in."))
        return see_other(reverse("mfa:security"))
    return render(request, "mfa/add_codes.html", _code_choice(user, chosen))


@signed_in
def make_backup_codes(request: HttpRequest, session: SsoSession) -> HttpResponse:
    """GET says what they are for; POST makes them and shows them, this once."""
    try:
        flow.require_enrolled(session)
    except NothingEnrolled as error:
        messages.info(request, str(error.message))
        return see_other(reverse("mfa:security"))
    if request.method != "POST":
        left = backup_codes.count_unused(session.user)
        return render(request, "mfa/backup_codes.html", {"codes_left": left})
    codes = flow.make_backup_codes(session, caller=caller_of(request))
    return render(request, "mfa/new_backup_codes.html", {"codes": codes, "codes_text": "\n".join(codes)})


def _find(session: SsoSession, factor_id: uuid.UUID) -> Factor:
    found = find_factor(session.user, factor_id)
    if found is None:
        raise Http404
    return found


def _can_add(user: User, kind: Kind, factors: list[Factor]) -> bool:
    return bool(address_of(user, kind)) and all(factor.kind is not kind for factor in factors)


def _code_choice(user: User, kind: Kind) -> dict[str, str]:
    return {"kind": kind.value, "label": str(kind.label), "masked": mask_address(address_of(user, kind))}
