"""What is about to be issued: decided once per token request, before anything is signed or written."""

import json
import os
import secrets
import uuid
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import Enum
from typing import Any

from django.conf import settings

from accounts_app.models import User
from custom_scopes_and_policies_app.client_keys import shared_key_of
from custom_scopes_and_policies_app.clients import may_refresh
from custom_scopes_and_policies_app.conf import conf
from custom_scopes_and_policies_app.models import Application, DeviceAuthorization, Grant, RefreshToken
from custom_scopes_and_policies_app.models.application import REFRESH_TOKEN
from custom_scopes_and_policies_app.resources import narrowed_audience
from jwt_app.claims import AccessTokenFacts
from jwt_app.shared_keys import HS256
from sessions_app.models import SsoSession

SEED_BYTES = 32
# What the record calls the grant of a sign-in by JSON: there is no grant type of the standard behind it.
FIRST_PARTY = "first_party"


class Write(Enum):
    """What the store has to do."""

    REDEEM_CODE = "redeem_code"
    REDEEM_DEVICE = "redeem_device"
    START_FAMILY = "start_family"
    ROTATE = "rotate"
    REPEAT = "repeat"
    RECORD_ONLY = "record_only"


@dataclass(slots=True)
class TokenPlan:
    """One answer of the token endpoint. `family` is not saved yet when a code (or device code) is redeemed.

    `resources` is what this very request asked for (RFC 8707 §2.2).
    """

    write: Write
    grant_type: str
    client: Application
    scopes: tuple[str, ...]
    issued_at: datetime
    user: User | None = None
    family: RefreshToken | None = None
    grant: Grant | None = None
    device: DeviceAuthorization | None = None
    resources: tuple[str, ...] = ()
    jti: str = field(default_factory=lambda: secrets.token_urlsafe(18))

    @property
    def sid(self) -> uuid.UUID | None:
        return self.family.session_id if self.family else None

    @property
    def policies(self) -> dict[str, str]:
        """Levels of the scopes that are really given."""
        levels = self.family.policies if self.family else {}
        if not levels:
            return {}
        return {scope: level for scope, level in levels.items() if scope in self.scopes}

    @property
    def audience(self) -> tuple[str, ...]:
        """Whom the access token is for. Raises OAuthError `invalid_target`."""
        granted = self.family.resource if self.family else ()
        return narrowed_audience(
            asked=self.resources,
            granted=granted,
            client=self.client,
            reads_userinfo="openid" in self.scopes,
        )

    @property
    def claims(self) -> dict[str, Any]:
        """What was asked for by the `claims` parameter."""
        return self.family.claims if self.family else {}

    @property
    def lifetime(self) -> int:
        """Seconds the access token lives."""
        return int(self.client.access_token_lifetime or conf.ACCESS_TOKEN_SECONDS)

    @property
    def wants_refresh_token(self) -> bool:
        return self.family is not None and self.family.has_refresh_token

    def access_token_facts(self) -> AccessTokenFacts:
        """What the access token will say (RFC 9068 §2.2)."""
        family = self.family
        return AccessTokenFacts(
            issuer=settings.ISSUER_URL,
            subject=str(self.user.sub) if self.user else self.client.client_id,
            audience=self.audience,
            client_id=self.client.client_id,
            scopes=self.scopes,
            issued_at=self.issued_at,
            lifetime=self.lifetime,
            jti=self.jti,
            sid=str(self.sid) if self.sid else None,
            auth_time=family.auth_time if family else None,
            acr=family.acr if family else "",
            amr=tuple(family.amr) if family else (),
            policies=self.policies,
            algorithm=str(self.client.algorithm),
            shared_key=shared_key_of(self.client) if self.client.algorithm == HS256 else None,
        )


def family_jti(family_id: uuid.UUID) -> str:
    """A token id that leads back to its family, so that one access token can end all of them (RFC 7009 §2.1)."""
    return f"{family_id}.{secrets.token_urlsafe(9)}"


def family_of_jti(jti: str) -> uuid.UUID | None:
    """The family a token id leads to; None for a token that has none."""
    head, separator, _ = jti.partition(".")
    if not separator:
        return None
    try:
        return uuid.UUID(head)
    except ValueError:
        return None


def plan_code_redemption(*, grant: Grant, client: Application, now: datetime) -> TokenPlan:
    """Tokens for a code: a new family with everything the code says."""
    family = RefreshToken(
        application=client,
        user_id=grant.user_id,
        session_id=grant.session_id,
        seed=os.urandom(SEED_BYTES),
        has_refresh_token=may_refresh(client) and grant.gives_refresh_token,
        scope=grant.scope,
        policies=grant.policies,
        claims=_json_object(grant.claims),
        resource=grant.resource,
        acr=grant.acr,
        amr=grant.amr,
        auth_time=grant.auth_time,
        **family_lifetimes(client, now),
    )
    return TokenPlan(
        write=Write.REDEEM_CODE,
        grant_type="authorization_code",
        client=client,
        scopes=tuple(grant.scope.split()),
        issued_at=now,
        user=grant.user,
        family=family,
        grant=grant,
        jti=family_jti(family.id),
    )


def plan_sign_in(
    *, user: User, session: SsoSession, client: Application, granted: Mapping[str, str], now: datetime
) -> TokenPlan:
    """Tokens for a sign-in that came without an authorization request: our own app, with its own pages.

    `granted` maps scopes to their levels ("" where a scope has none).
    """
    family = RefreshToken(
        application=client,
        user=user,
        session=session,
        seed=os.urandom(SEED_BYTES),
        has_refresh_token=REFRESH_TOKEN in client.grant_types,
        scope=" ".join(granted),
        policies={scope: level for scope, level in granted.items() if level},
        acr=session.acr,
        amr=session.amr,
        auth_time=session.auth_time,
        **family_lifetimes(client, now),
    )
    return TokenPlan(
        write=Write.START_FAMILY,
        grant_type=FIRST_PARTY,
        client=client,
        scopes=tuple(granted),
        issued_at=now,
        user=user,
        family=family,
        jti=family_jti(family.id),
    )


def plan_refresh(
    *, family: RefreshToken, scopes: tuple[str, ...], write: Write, client: Application, now: datetime
) -> TokenPlan:
    """Tokens for a refresh token. `family.generation` is already the one to hand out."""
    return TokenPlan(
        write=write,
        grant_type="refresh_token",
        client=client,
        scopes=scopes,
        issued_at=now,
        user=family.user,
        family=family,
        jti=family_jti(family.id),
    )


def plan_client_credentials(*, client: Application, scopes: tuple[str, ...], now: datetime) -> TokenPlan:
    """A token for the client itself (RFC 6749 §4.4): no person, no family, no refresh token."""
    return TokenPlan(
        write=Write.RECORD_ONLY, grant_type="client_credentials", client=client, scopes=scopes, issued_at=now
    )


def family_lifetimes(client: Application, now: datetime) -> dict[str, datetime]:
    """When a new family begins and ends."""
    absolute = client.refresh_token_lifetime or conf.REFRESH_TOKEN_SECONDS
    idle = client.refresh_token_idle or conf.REFRESH_TOKEN_IDLE_SECONDS
    return {
        "created_at": now,
        "expires_at": now + timedelta(seconds=absolute),
        "idle_expires_at": now + timedelta(seconds=idle),
    }


def _json_object(text: str) -> dict[str, Any]:
    value = json.loads(text or "{}")
    return value if isinstance(value, dict) else {}
