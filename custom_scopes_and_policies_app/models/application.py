"""The client: what an app is, what it may ask for and how it proves itself."""

from collections import defaultdict
from typing import Any, ClassVar

from django.conf import settings
from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import Q
from django.utils.functional import cached_property
from django.utils.translation import gettext_lazy as _

from core_app.ids import time_ordered_uuid
from custom_scopes_and_policies_app.client_addresses import Problems, check_addresses
from custom_scopes_and_policies_app.client_rules import DEVICE_CODE as DEVICE_CODE
from custom_scopes_and_policies_app.client_rules import (
    RESPONSE_MODES,
    check_client,
    check_lifetimes,
    check_names,
)
from custom_scopes_and_policies_app.conf import conf
from custom_scopes_and_policies_app.dot.models import AbstractApplication
from custom_scopes_and_policies_app.models.policy import Scope

AUTHORIZATION_CODE = "authorization_code"
REFRESH_TOKEN = "refresh_token"  # noqa: S105  the grant type's name, not a secret
CLIENT_CREDENTIALS = "client_credentials"

GRANT_TYPES = (AUTHORIZATION_CODE, REFRESH_TOKEN, CLIENT_CREDENTIALS, DEVICE_CODE)


def default_grant_types() -> list[str]:
    return [AUTHORIZATION_CODE, REFRESH_TOKEN]


def default_response_types() -> list[str]:
    return ["code"]


def default_response_modes() -> list[str]:
    return list(RESPONSE_MODES)


class Application(AbstractApplication):
    """An OAuth client (RFC 6749 §2). DOT's single grant type and PBKDF2 secret are replaced.

    `client_secrets` holds digests only: `[{"id", "digest", "hint", "created_at", "expires_at"}]`, several so that a
    secret can be rotated without an outage. Algorithms, audiences and lifetimes are per client.
    """

    class AuthMethod(models.TextChoices):
        NONE = "none", _("none (public client)")
        BASIC = "client_secret_basic", _("secret in the Authorization header")
        POST = "client_secret_post", _("secret in the request body")

    class Algorithm(models.TextChoices):
        RS256 = "RS256", "RS256"
        ES256 = "ES256", "ES256"
        EDDSA = "EdDSA", "EdDSA"
        HS256 = "HS256", _("HS256 (confidential apps only)")

    # What DOT stores and this server does not use.
    authorization_grant_type = None  # type: ignore[assignment]
    client_secret = None
    hash_client_secret = None  # type: ignore[assignment]
    skip_authorization = None  # type: ignore[assignment]

    public_id = models.UUIDField(default=time_ordered_uuid, unique=True, editable=False)
    is_enabled = models.BooleanField(_("enabled"), default=True)
    grant_types = models.JSONField(_("grant types"), default=default_grant_types)
    response_types = models.JSONField(_("response types"), default=default_response_types)
    response_modes = models.JSONField(
        _("response modes"),
        default=default_response_modes,
        help_text=_("How the answer of the authorization endpoint may travel."),
    )
    token_endpoint_auth_method = models.CharField(
        _("client authentication"), max_length=32, choices=AuthMethod.choices, default=AuthMethod.BASIC
    )
    client_secrets = models.JSONField(_("secrets"), default=list, blank=True, editable=False)
    algorithm = models.CharField(
        _("signing algorithm"), max_length=5, choices=Algorithm.choices, default=Algorithm.RS256
    )
    # Which key an HS256 client shares with us: "<version>-<master key id>"; the key itself is derived, not stored.
    hs_key = models.CharField(max_length=16, blank=True, default="", editable=False)
    allowed_scopes = models.TextField(
        _("allowed scopes"),
        blank=True,
        default="",
        help_text=_("Space separated. Empty: every scope that is not restricted."),
    )
    audiences = models.TextField(
        _("audiences"),
        blank=True,
        default="",
        help_text=_("Who its access tokens are for, space separated. Empty: this server."),
    )
    required_acr = models.CharField(_("required assurance"), max_length=64, blank=True, default="")
    allowed_countries = models.TextField(
        _("allowed countries"),
        blank=True,
        default="",
        help_text=_("Countries of people's phone numbers (two letters, space separated). Empty: all."),
    )
    allowed_groups = models.ManyToManyField(
        "auth.Group",
        blank=True,
        related_name="+",
        verbose_name=_("allowed groups"),
        help_text=_("Only people of these groups may use the app. Empty: everybody."),
    )
    is_first_party = models.BooleanField(
        _("first party"), default=False, help_text=_("Our own app: people are not asked for consent.")
    )
    is_pkce_required = models.BooleanField(
        _("PKCE required"),
        default=True,
        help_text=_("Only a confidential OpenID Connect client may be exempted."),
    )
    may_introspect = models.BooleanField(
        _("may introspect"), default=False, help_text=_("A resource server that may ask about every token.")
    )
    access_token_lifetime = models.PositiveIntegerField(_("access token lifetime (s)"), null=True, blank=True)
    refresh_token_lifetime = models.PositiveIntegerField(
        _("refresh token lifetime (s)"), null=True, blank=True
    )
    refresh_token_idle = models.PositiveIntegerField(_("refresh token idle time (s)"), null=True, blank=True)
    strict_refresh = models.BooleanField(
        _("strict refresh"), default=False, help_text=_("No 10 s of grace for a client that lost the answer.")
    )
    frontchannel_logout_uri = models.URLField(_("front-channel logout URI"), blank=True, default="")
    backchannel_logout_uri = models.URLField(_("back-channel logout URI"), blank=True, default="")
    owner_name = models.CharField(_("owner"), max_length=200, blank=True, default="")
    site_url = models.URLField(_("site"), blank=True, default="")
    logo_url = models.URLField(_("logo"), blank=True, default="")
    terms_url = models.URLField(_("terms of service"), blank=True, default="")
    privacy_url = models.URLField(_("privacy policy"), blank=True, default="")
    contact_email = models.EmailField(_("contact"), blank=True, default="")

    class Meta(AbstractApplication.Meta):
        verbose_name = _("app")
        verbose_name_plural = _("apps")
        constraints = [
            models.CheckConstraint(
                condition=~Q(algorithm="HS256") | Q(client_type="confidential"),
                name="hs256_for_confidential_apps",
                violation_error_message=_("HS256 is for confidential apps: a public one can keep no key."),
            )
        ]

    REDIRECT_FIELDS: ClassVar[tuple[str, ...]] = ("redirect_uris", "post_logout_redirect_uris")
    WEB_FIELDS: ClassVar[tuple[str, ...]] = (
        "frontchannel_logout_uri", "backchannel_logout_uri", "site_url", "logo_url", "terms_url", "privacy_url",
    )  # fmt: skip
    LIFETIME_FIELDS: ClassVar[tuple[str, ...]] = (
        "access_token_lifetime", "refresh_token_lifetime", "refresh_token_idle",
    )  # fmt: skip

    def __str__(self) -> str:
        return str(self.name or self.client_id)

    def clean(self) -> None:
        """Refuse at save what would be an error at the token endpoint. Raises ValidationError by field."""
        problems: Problems = defaultdict(list)
        for found in (self._rule_problems(), self._address_problems(), self._lifetime_problems()):
            for field, reasons in found.items():
                problems[field].extend(reasons)
        if problems:
            raise ValidationError(dict(problems))

    def _rule_problems(self) -> Problems:
        rules = check_client(
            grant_types=self.grant_types,
            response_types=self.response_types,
            response_modes=self.response_modes,
            required_acr=self.required_acr,
            client_type=self.client_type,
            auth_method=self.token_endpoint_auth_method,
            algorithm=self.algorithm,
            has_redirect_uri=bool(self.redirect_uris.split()),
            is_pkce_required=self.is_pkce_required,
            may_introspect=self.may_introspect,
        )
        scopes = self.allowed_scopes.split()
        known = set(Scope.objects.filter(name__in=scopes).values_list("name", flat=True)) if scopes else ()
        return rules | check_names(
            scopes=scopes, known_scopes=known, countries=self.allowed_countries.split()
        )

    def _address_problems(self) -> Problems:
        return check_addresses(
            redirects={name: getattr(self, name).split() for name in self.REDIRECT_FIELDS},
            web_addresses={name: getattr(self, name) for name in self.WEB_FIELDS},
            origins=self.allowed_origins.split(),
            audiences=self.audiences.split(),
            allows_plain_http=settings.DEBUG,
        )

    def _lifetime_problems(self) -> Problems:
        lifetimes = {name: getattr(self, name) for name in self.LIFETIME_FIELDS}
        return check_lifetimes(lifetimes, default_family=conf.REFRESH_TOKEN_SECONDS)

    @property
    def is_confidential(self) -> bool:
        return bool(self.client_type == self.CLIENT_CONFIDENTIAL)

    @cached_property
    def allowed_group_ids(self) -> frozenset[int]:
        """The groups whose people may use the app, as they were when this object was read."""
        return frozenset(group.pk for group in self.allowed_groups.all())

    def allows_grant_type(self, *grant_types: str) -> bool:
        """DOT asks with its own names ("authorization-code"); ours are the standard's."""
        return any(
            name.replace("authorization-code", AUTHORIZATION_CODE) in self.grant_types for name in grant_types
        )

    def is_usable(self, request: Any) -> bool:
        return self.is_enabled

    def get_allowed_schemes(self) -> list[str]:
        """Schemes of the registered redirect URIs: those were checked when they were saved."""
        return sorted({uri.partition(":")[0].lower() for uri in self.redirect_uris.split()})
