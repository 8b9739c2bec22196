"""What operators do: to people, to apps, to keys, to the record's own duties."""

from typing import Any

from django.urls import reverse

from core_app.events import REFUSED
from custom_scopes_and_policies_app.models import Application
from jwt_app.models import SigningKey
from limits_app.models import Block
from sessions_app.models import SsoSession
from tests.clients.conftest import APPS
from tests.clients.html_form import fields_of
from tests.desk.test_policy_admin import save as save_scope
from tests.oauth import CALLBACK
from tests.obligations.stories.scene import NOBODY, OPERATOR, Row, Scene, step

PEOPLE = "/admin/accounts_app/user"


def act(key: str, **fields: str) -> "Press":
    """Press the button of an operator's act on the person's page."""
    return Press(key, fields)


class Press:
    """A deed: the button of one of the acts, with what is chosen beside it."""

    def __init__(self, key: str, fields: dict[str, str]) -> None:
        self.key, self.fields = key, fields

    def __call__(self, scene: Scene) -> None:
        target = {"end-session": self._session, "disconnect-app": self._app}.get(self.key)
        view = "admin:accounts_app_user_act_on" if target else "admin:accounts_app_user_act"
        arguments = [scene.person.pk, self.key, *([target(scene)] if target else [])]
        answer = scene.operator.http.post(reverse(view, args=arguments), self.fields)
        assert answer.status_code == 302, answer.content

    @staticmethod
    def _session(scene: Scene) -> str:
        return str(
            SsoSession.objects.filter(user=scene.person, ended_at__isnull=True).latest("created_at").sid
        )

    @staticmethod
    def _app(scene: Scene) -> str:
        return str(scene.app.public_id)


def sign_in_and_connect(scene: Scene) -> None:
    scene.sign_in()
    scene.browser.tokens(scope="openid")


def sign_in(scene: Scene) -> None:
    assert scene.sign_in().status_code == 303


def edit_a_person(scene: Scene) -> None:
    url = f"{PEOPLE}/{scene.person.pk}/profile/"
    form = fields_of(scene.operator.http.get(url), "user_form", given_name="Bat")
    answer = scene.operator.http.post(url, form)
    assert answer.status_code == 302, answer.content.decode()


def add_an_app(scene: Scene) -> None:
    scene.operator.add("web", name="Shop", client_id="shop", redirect_uris=CALLBACK)
    scene.kept["shop"] = Application.objects.get(client_id="shop")


def change_an_app(scene: Scene) -> None:
    assert scene.operator.change(scene.kept["shop"], name="The Shop").status_code == 302


def add_a_secret(scene: Scene) -> None:
    shop = scene.kept["shop"]
    assert scene.operator.secrets(shop, do="add", newest=shop.client_secrets[-1]["id"]).status_code == 200


def remove_a_secret(scene: Scene) -> None:
    shop = scene.kept["shop"]
    scene.operator.secrets(shop, do="remove", secret=shop.client_secrets[0]["id"])


def switch(to: str) -> "Switch":
    return Switch(to)


class Switch:
    """A deed: the app is switched on or off."""

    def __init__(self, to: str) -> None:
        self.to = to

    def __call__(self, scene: Scene) -> None:
        scene.operator.http.post(f"{APPS}{scene.kept['shop'].pk}/switch/", {"to": self.to})


def delete_an_app(scene: Scene) -> None:
    scene.operator.http.post(f"{APPS}{scene.kept['shop'].pk}/delete/", {"post": "yes"})


def rotate_keys(scene: Scene) -> None:
    scene.operator.http.post(reverse("admin:jwt_app_signingkey_rotate"))


def revoke_a_key(scene: Scene) -> None:
    key = SigningKey.objects.filter(algorithm="RS256").earliest("pk")
    scene.operator.http.post(reverse("admin:jwt_app_signingkey_revoke", args=[key.pk]))


def export_the_record(scene: Scene) -> None:
    fields = {"since": "2026-11-21 00:00", "until": "2026-11-22 00:00", "kind": "csv"}
    answer: Any = scene.operator.http.post(reverse("admin:obligations_app_oauthtokenlog_export"), fields)
    assert answer.status_code == 200
    list(answer.streaming_content)


def switch_a_duty_off(scene: Scene) -> None:
    scene.operator.http.post(
        reverse("admin:obligations_app_dutyrule_add"), {"duty": "app.authorized/person", "per": "hour"}
    )


def change_a_policy(scene: Scene) -> None:
    save_scope(scene.operator.http, label="Your number")


def block_a_number(scene: Scene) -> None:
    fields = {"kind": "phone", "key": "+97699112299", "until_0": "", "until_1": "", "reason": "asked for it"}
    assert scene.operator.http.post(reverse("admin:limits_app_block_add"), fields).status_code == 302


def unblock_a_number(scene: Scene) -> None:
    pk = Block.objects.get().pk
    scene.operator.http.post(reverse("admin:limits_app_block_delete", args=[pk]), {"post": "yes"})


ON_PEOPLE = (
    step(
        "consent given",
        sign_in_and_connect,
        Row("device.new", has="about session", reason="first"),
        Row("session.started", has="session", reason="pwd"),
        Row("consent.given", has="app scopes"),
        Row("app.authorized", has="about app scopes"),
        Row("code.issued", has="app grant scopes session"),
        Row("token.issued", has="app grant scopes session token family"),
    ),
    step(
        "operator disconnects an app",
        act("disconnect-app"),
        Row("token.revoked", has="app scopes session family", reason="consent_withdrawn"),
        Row("consent.withdrawn", has="app scopes"),
        Row("operator.acted", OPERATOR, has="about", reason="changed"),
        Row("operator.app_disconnected", has="about app"),
    ),
    step(
        "operator ends a session",
        act("end-session"),
        Row("session.ended", has="session", reason="operator"),
        Row("operator.acted", OPERATOR, has="about", reason="changed"),
        Row("operator.session_ended", has="about session"),
    ),
    step("session started", sign_in, Row("session.started", has="session", reason="pwd")),
    step(
        "operator ends all sessions",
        act("end-sessions"),
        Row("session.ended", has="session", reason="operator"),
        Row("operator.acted", OPERATOR, has="about", reason="changed"),
        Row("operator.sessions_ended", has="about"),
    ),
    step(
        "operator wants a new password",
        act("require-password"),
        Row("password.change_required", has="about"),
        Row("operator.acted", OPERATOR, has="about", reason="changed"),
        Row("operator.password_required", has="about"),
    ),
    step(
        "operator starts a recovery",
        act("recovery", choice="phone"),
        Row("operator.acted", OPERATOR, has="about", reason="changed"),
        Row("operator.recovery_started", has="about", reason="phone"),
    ),
    step(
        "operator edits a person",
        edit_a_person,
        Row("operator.person_changed", has="about", reason="given_name"),
        Row("operator.acted", OPERATOR, has="about", reason="changed Given name"),
    ),
    step(
        "operator locks",
        act("lock"),
        Row("person.deactivated", has="about"),
        Row("operator.acted", OPERATOR, has="about", reason="changed"),
        Row("operator.person_locked", has="about"),
    ),
    step(
        "operator unlocks",
        act("unlock"),
        Row("person.reactivated", has="about"),
        Row("operator.acted", OPERATOR, has="about", reason="changed"),
        Row("operator.person_unlocked", has="about"),
    ),
)
ON_APPS = (
    step(
        "client created",
        add_an_app,
        Row("client.created", OPERATOR, has="about app"),
        Row("operator.acted", OPERATOR, has="about", reason="added"),
        Row("client.secret_added", OPERATOR, has="about app"),
    ),
    step(
        "client changed",
        change_an_app,
        Row("client.changed", OPERATOR, has="about app"),
        Row("operator.acted", OPERATOR, has="about", reason="changed Name"),
    ),
    step("client secret added", add_a_secret, Row("client.secret_added", OPERATOR, has="about app")),
    step(
        "client secret ended",
        remove_a_secret,
        Row("client.secret_ended", OPERATOR, has="about app", reason="removed"),
    ),
    step("client disabled", switch("off"), Row("client.disabled", OPERATOR, has="app")),
    step("client enabled", switch("on"), Row("client.enabled", OPERATOR, has="app")),
    step(
        "client deleted",
        delete_an_app,
        Row("operator.acted", OPERATOR, has="about", reason="deleted"),
        Row("client.deleted", OPERATOR, has="about app"),
    ),
)
ON_THE_SERVER = (
    step("key changed", rotate_keys, Row("key.published", OPERATOR, has="about", reason="operator")),
    step(
        "key revoked",
        revoke_a_key,
        Row("key.revoked", OPERATOR, has="about", reason="operator"),
        Row("key.activated", OPERATOR, has="about", reason="operator"),
        Row("key.published", OPERATOR, has="about", reason="operator"),
    ),
    step(
        "record exported",
        export_the_record,
        Row("log.exported", OPERATOR, has="about", reason="csv, 1,000,000 rows at most"),
    ),
    step(
        "duty changed",
        switch_a_duty_off,
        Row("duty.changed", OPERATOR, has="about", reason="off"),
        Row("operator.acted", OPERATOR, has="about", reason="added"),
    ),
    step(
        "policy changed",
        change_a_policy,
        Row("policy.changed", OPERATOR, has="about scopes"),
        Row("operator.acted", OPERATOR, has="about", reason="changed Label"),
    ),
    step(
        "number blocked",
        block_a_number,
        Row("limit.blocked", NOBODY, has="about", reason="phone asked for it", outcome=REFUSED),
        Row("operator.acted", OPERATOR, has="about", reason="added"),
    ),
    step(
        "number let go",
        unblock_a_number,
        Row("operator.acted", OPERATOR, has="about", reason="deleted"),
        Row("limit.unblocked", NOBODY, has="about", reason="phone"),
    ),
)
