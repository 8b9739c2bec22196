"""My password: another one in its place, or a first one."""

from django.contrib import messages
from django.contrib.auth import update_session_auth_hash
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _

from core_app.caller import caller_of
from core_app.pages import refused, see_other
from email_auth_app.flows import change_password as flow
from email_auth_app.flows.change_password import PasswordChangedMeanwhile, WrongPassword
from email_auth_app.forms import ChangePasswordForm
from sessions_app.browser import browser_binding
from sessions_app.guard import signed_in, to_login
from sessions_app.models import SsoSession

TEMPLATE = "email_auth/change_password.html"
FIRST_PAGE = "email_auth:change-password"


@signed_in(back_to=FIRST_PAGE)
def password(request: HttpRequest, session: SsoSession) -> HttpResponse:
    """Asks for the present and the new password. Every other sign-in ends; this one goes on under a new key."""
    if flow.wants_fresh_sign_in(session):
        return to_login(next_path=request.path, prompt="login")
    person = session.user
    form = ChangePasswordForm(request.POST if request.method == "POST" else None, person=person)
    context = {"form": form, "name": person.get_username(), "account_url": reverse("account:overview")}
    if not form.is_valid():
        return render(request, TEMPLATE, context, status=400 if form.is_bound else 200)
    caller = caller_of(request)
    try:
        flow.check_current(
            person,
            password=form.cleaned_data.get("current_password", ""),
            binding=browser_binding(request),
            caller=caller,
        )
        changed = flow.finish(session, password=form.cleaned_data["password"], caller=caller)
    except WrongPassword as error:
        return refused(request, TEMPLATE, context, error, field="current_password")
    except PasswordChangedMeanwhile as error:
        return refused(request, TEMPLATE, context, error)
    # The browser's session goes on with the new password; its key changes (I01). Django would load the person only now,
    # and throw the session away because the password is not the one that it began with.
    request.user = changed
    update_session_auth_hash(request, changed)
    messages.success(request, _("Your new password is set. Everywhere else you are signed out."))
    return see_other(reverse("account:overview"))
