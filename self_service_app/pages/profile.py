"""My profile: what I say about myself, and what apps learn of it with my consent."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _

from accounts_app.profile import ProfileOfNobody, save_profile
from accounts_app.profile_form import ProfileForm
from core_app.caller import caller_of
from core_app.pages import refused
from self_service_app.pages.frame import READ, account_page, see_other
from sessions_app.models import SsoSession

TEMPLATE = "account/profile.html"


@account_page(*READ, "POST")
def profile(request: HttpRequest, session: SsoSession) -> HttpResponse:
    """GET shows the form, POST saves what differs."""
    form = ProfileForm(request.POST if request.method == "POST" else None, person=session.user)
    if not form.is_valid():
        return render(request, TEMPLATE, {"form": form}, status=400 if form.is_bound else 200)
    try:
        changed = save_profile(user=session.user, given=form.cleaned_data, caller=caller_of(request))
    except ProfileOfNobody as error:
        return refused(request, TEMPLATE, {"form": form}, error)
    if changed:
        messages.success(request, _("Your profile is saved."))
    else:
        messages.info(request, _("Nothing was changed."))
    return see_other("account:profile")
