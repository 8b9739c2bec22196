"""Everything that has to be told is told, once, with the right fields, when it is done as people and apps do it.

The stories are tables: what is done, and the rows it leaves. A step leaves these rows and no others.
"""

from collections import Counter
from collections.abc import Iterator, Sequence
from typing import Any

import pytest
from django.test import Client

from accounts_app.models import User
from core_app.events import CATALOGUE
from custom_scopes_and_policies_app.clients import create_client
from custom_scopes_and_policies_app.models import Application
from messaging_app.gateways import memory
from obligations_app.models import OAuthTokenLog
from tests.clients.conftest import Operator
from tests.oauth import PASSWORD, PHONE, OAuthBrowser
from tests.obligations.stories import operators, people, tokens
from tests.obligations.stories.scene import Row, Scene, Step, row_of
from tests.operators import OPERATOR_PHONE, sign_in_operator

STORIES: dict[str, Sequence[Step]] = {
    "codes and tokens": tokens.CODES,
    "consents": tokens.CONSENTS,
    "sessions, devices and locks": people.SESSIONS,
    "codes by SMS": people.CODES_BY_SMS,
    "number, address and password": people.CHANGES,
    "second factors": people.FACTORS,
    "operators and people": operators.ON_PEOPLE,
    "operators and apps": operators.ON_APPS,
    "operators and the server": operators.ON_THE_SERVER,
}
SIGNED_IN = {"codes and tokens", "consents"}
# What has to be told: the event that tells it, and the step that shows it.
TOLD = {
    "code issued": "code.issued",
    "code replayed": "code.replayed",
    "token issued": "token.issued",
    "token refreshed": "token.refreshed",
    "token revoked": "token.revoked",
    "token refused": "token.refused",
    "reuse detected": "refresh.reused",
    "introspection refused": "introspection.refused",
    "authorization refused": "authorization.refused",
    "consent given": "consent.given",
    "consent changed": "consent.lowered",
    "consent declined": "consent.declined",
    "consent withdrawn": "consent.withdrawn",
    "session started": "session.started",
    "session stepped up": "session.stepped_up",
    "session ended": "session.ended",
    "sign-in failed": "login.failed",
    "device new": "device.new",
    "OTP sent": "otp.sent",
    "OTP verified": "otp.verified",
    "OTP failed": "otp.failed",
    "lock": "account.locked",
    "unlock": "account.unlocked",
    "account made": "person.signed_up",
    "factor added": "factor.added",
    "factor proven": "factor.proven",
    "factor refused": "factor.refused",
    "factor removed": "factor.removed",
    "backup codes made": "backup_codes.made",
    "backup code used": "backup_code.used",
    "profile changed": "person.profile_changed",
    "phone changed": "phone.changed",
    "e-mail changed": "email.changed",
    "password changed": "password.changed",
    "client created": "client.created",
    "client changed": "client.changed",
    "client secret added": "client.secret_added",
    "client secret ended": "client.secret_ended",
    "client disabled": "client.disabled",
    "client enabled": "client.enabled",
    "client deleted": "client.deleted",
    "key changed": "key.published",
    "key revoked": "key.revoked",
    "policy changed": "policy.changed",
    "duty changed": "duty.changed",
    "record exported": "log.exported",
    "number blocked": "limit.blocked",
    "number let go": "limit.unblocked",
    "operator resets factors": "factor.reset",
    "operator locks": "operator.person_locked",
    "operator unlocks": "operator.person_unlocked",
    "operator edits a person": "operator.person_changed",
    "operator ends a session": "operator.session_ended",
    "operator ends all sessions": "operator.sessions_ended",
    "operator disconnects an app": "operator.app_disconnected",
    "operator starts a recovery": "operator.recovery_started",
    "operator wants a new password": "operator.password_required",
}
# What a step may not leave anywhere in a row.
SECRETS = (PASSWORD, people.NEW_PASSWORD, PHONE, people.NEW_PHONE, people.STRANGER, people.NEW_EMAIL)


@pytest.fixture
def scene(somebody: User, app: Application, api: tuple[str, str], settings: Any) -> Iterator[Scene]:
    settings.MESSAGING_DELIVERY = "inline"
    memory.clear()
    job, secret = create_client(name="Job", client_id="job", scopes="read")
    yield Scene(
        person=somebody,
        app=app,
        api=api,
        job=(job.client_id, secret),
        operator=Operator(sign_in_operator(Client(REMOTE_ADDR="198.51.100.1"))),
        operator_id=User.objects.get(phone=OPERATOR_PHONE).pk,
        browser=OAuthBrowser(Client(REMOTE_ADDR="198.51.100.2")),
    )
    memory.clear()


def rows_of(step: Step, scene: Scene) -> list[OAuthTokenLog]:
    """What the record has of this step."""
    before = OAuthTokenLog.objects.order_by("-pk").values_list("pk", flat=True).first() or 0
    step.deed(scene)
    return list(OAuthTokenLog.objects.filter(pk__gt=before).order_by("pk"))


def kept_secrets(scene: Scene) -> Iterator[str]:
    """Codes and tokens that the steps so far have been given."""
    for value in scene.kept.values():
        if isinstance(value, str):
            yield value
        elif isinstance(value, dict):
            yield from (part for name, part in value.items() if name.endswith("_token"))


@pytest.mark.requirement("F60", "L01", "L03")
@pytest.mark.parametrize("name", STORIES)
def test_each_step_leaves_its_rows_and_no_others(scene: Scene, name: str) -> None:
    if name in SIGNED_IN:
        scene.sign_in()
    for step in STORIES[name]:
        entries = rows_of(step, scene)
        assert Counter(row_of(entry, scene) for entry in entries) == Counter(step.rows), step.item
        assert {entry.count for entry in entries} <= {1}
        written = str([list(vars(entry).values()) for entry in entries])
        for secret in (*SECRETS, *kept_secrets(scene)):
            assert secret not in written, step.item


@pytest.mark.requirement("F60", "L01")
def test_whatever_has_to_be_told_has_an_event_and_a_step_that_shows_it_once() -> None:
    shown: dict[str, list[Row]] = {}
    for step in (step for story in STORIES.values() for step in story):
        shown.setdefault(step.item, []).extend(step.rows)
    for item, event in TOLD.items():
        assert event in CATALOGUE, item
        assert event in {row.event for row in shown[item]}, item
