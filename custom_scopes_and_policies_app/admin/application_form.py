"""The form of an app: ticks and lines instead of JSON and space-separated text."""

from typing import Any

from django import forms
from django.utils.text import capfirst
from django.utils.translation import gettext_lazy as _

from custom_scopes_and_policies_app.admin.fields import LifetimeField, LinesField, NamesField
from custom_scopes_and_policies_app.client_rules import RESPONSE_MODES
from custom_scopes_and_policies_app.conf import conf
from custom_scopes_and_policies_app.models import Application
from custom_scopes_and_policies_app.models.application import (
    AUTHORIZATION_CODE,
    CLIENT_CREDENTIALS,
    DEVICE_CODE,
    GRANT_TYPES,
    REFRESH_TOKEN,
)
from custom_scopes_and_policies_app.scopes import catalogue
from sessions_app.assurance import AAL1, AAL2, LADDER

GRANT_LABELS = {
    AUTHORIZATION_CODE: _("people sign in (authorization code)"),
    REFRESH_TOKEN: _("stays connected (refresh token)"),
    CLIENT_CREDENTIALS: _("acts for itself (client credentials)"),
    DEVICE_CODE: _("people sign in on another device (device code)"),
}
MODE_LABELS = {
    "query": _("in the address of the redirect (query)"),
    "form_post": _("in a form that the browser posts (form_post)"),
}
ACR_LABELS = {
    AAL1: _("one factor (aal1)"),
    AAL2: _("two factors (aal2)"),
}


class ApplicationForm(forms.ModelForm):  # type: ignore[type-arg]  # not generic at run time
    """Whether the app is public follows from how it proves itself: there is one field for both."""

    name = forms.CharField(label=_("name"), max_length=255)
    redirect_uris = LinesField(
        label=_("redirect URIs"),
        help_text=_("One per line, compared exactly. On 127.0.0.1 and [::1] any port is accepted."),
    )
    post_logout_redirect_uris = LinesField(
        label=_("addresses after signing out"), help_text=_("One per line, compared exactly.")
    )
    allowed_origins = LinesField(
        label=_("browser origins (CORS)"),
        help_text=_("One per line, as https://app.example. Needed by apps that call from the browser."),
    )
    audiences = LinesField(
        label=_("audiences"),
        help_text=_("One per line: the APIs its access tokens are for. Empty: this server."),
    )
    allowed_countries = LinesField(
        label=_("allowed countries"),
        help_text=_("One per line, as MN: only people with a phone number from there. Empty: all."),
    )
    grant_types = NamesField(label=_("what it does"), required=True)
    response_modes = NamesField(label=_("how answers travel"), required=True)
    allowed_scopes = NamesField(
        label=_("allowed scopes"),
        as_text=True,
        help_text=_("None ticked: every scope that is not restricted."),
    )
    required_acr = forms.ChoiceField(label=_("people must sign in with"), required=False)
    access_token_lifetime = LifetimeField(label=_("life of an access token"))
    refresh_token_lifetime = LifetimeField(label=_("connected for at most"))
    refresh_token_idle = LifetimeField(label=_("connected when not used for"))

    class Meta:
        model = Application
        fields = (
            "name",
            "client_id",
            "token_endpoint_auth_method",
        )  # the rest comes from the admin's fieldsets
        labels = {"token_endpoint_auth_method": _("how it proves itself"), "client_id": _("client id")}

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._choose("grant_types", [(name, GRANT_LABELS.get(name, name)) for name in GRANT_TYPES])
        self._choose("response_modes", [(name, MODE_LABELS.get(name, name)) for name in RESPONSE_MODES])
        self._choose("allowed_scopes", self._scopes())
        acrs = [(name, ACR_LABELS.get(name, name)) for name in LADDER]
        self._choose("required_acr", [("", _("whatever is usual")), *acrs])
        defaults = {
            "access_token_lifetime": conf.ACCESS_TOKEN_SECONDS,
            "refresh_token_lifetime": conf.REFRESH_TOKEN_SECONDS,
            "refresh_token_idle": conf.REFRESH_TOKEN_IDLE_SECONDS,
        }
        for name, seconds in defaults.items():
            lifetime = self.fields.get(name)
            if isinstance(lifetime, LifetimeField):
                lifetime.suggest(seconds)
        for field in self.fields.values():
            # As Django writes the labels that it takes from the model.
            field.label = capfirst(field.label)

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean() or {}
        is_public = cleaned.get("token_endpoint_auth_method") == Application.AuthMethod.NONE
        self.instance.client_type = (
            Application.CLIENT_PUBLIC if is_public else Application.CLIENT_CONFIDENTIAL
        )
        return cleaned

    def _choose(self, name: str, choices: list[tuple[str, Any]]) -> None:
        """Set the choices of a field, which is missing for operators who may only look."""
        field = self.fields.get(name)
        if isinstance(field, forms.ChoiceField):
            field.choices = choices

    def _scopes(self) -> list[tuple[str, Any]]:
        """The catalogue, and what is stored but no longer in it: unticking that is for the operator to decide."""
        known = [(name, f"{name}: {entry.scope.label}") for name, entry in catalogue().items()]
        gone = [name for name in self.instance.allowed_scopes.split() if name not in catalogue()]
        return known + [(name, _("%(name)s: no longer exists") % {"name": name}) for name in gone]
