"""Codes, tokens, consents and what ends them."""

from typing import Any

from core_app.events import REFUSED
from tests.oauth import exchange, introspect, post, refresh
from tests.obligations.stories.scene import NOBODY, Row, Scene, step

SCOPE = "openid phone offline_access"


def ask_for_a_code(scene: Scene) -> None:
    scene.kept["code"] = scene.browser.code(scope=SCOPE, consent={"level-phone": "full"})


def redeem(scene: Scene) -> None:
    scene.kept["tokens"] = exchange(scene.http, scene.kept["code"]).json()


def redeem_again(scene: Scene) -> None:
    assert exchange(scene.http, scene.kept["code"]).json()["error"] == "invalid_grant"


def renew(scene: Scene) -> None:
    scene.kept["first"] = scene.kept["tokens"]["refresh_token"]
    scene.kept["tokens"] = refresh(scene.http, scene.kept["first"]).json()


def renew_again_at_once(scene: Scene) -> None:
    answer = refresh(scene.http, scene.kept["first"])
    assert answer.json()["refresh_token"] == scene.kept["tokens"]["refresh_token"]


def present_a_superseded_token(scene: Scene) -> None:
    first = scene.kept["tokens"]["refresh_token"]
    newer = refresh(scene.http, first).json()["refresh_token"]
    refresh(scene.http, newer)
    assert refresh(scene.http, first).json()["error"] == "invalid_grant"


def refuse_a_verifier(scene: Scene) -> None:
    ask_for_a_code(scene)
    assert exchange(scene.http, scene.kept["code"], code_verifier="w" * 43).status_code == 400


def hand_a_token_back(scene: Scene) -> None:
    redeem(scene)
    token = scene.kept["tokens"]["refresh_token"]
    assert post(scene.http, "/o/revoke_token/", client_id="notes", token=token).status_code == 200


def ask_for_a_machine(scene: Scene) -> None:
    answer = post(scene.http, "/o/token/", basic=scene.job, grant_type="client_credentials")
    assert answer.status_code == 200, answer.content


def ask_about_a_token_without_the_right(scene: Scene) -> None:
    token = scene.kept["tokens"]["access_token"]
    answer = post(scene.http, "/o/introspect/", basic=("notes-api", "wrong"), token=token)
    assert answer.status_code == 401


def ask_about_a_token(scene: Scene) -> None:
    introspect(scene.http, scene.kept["tokens"]["access_token"], scene.api)


def be_refused_without_a_page(scene: Scene) -> None:
    answer = scene.browser.authorize(prompt="none", scope="openid address")
    assert "error=" in answer["Location"]


def say_no(scene: Scene) -> None:
    given = scene.browser.response_parameters(prompt="consent", consent={"decision": "deny"})
    assert given["error"] == "access_denied"


def allow_less(scene: Scene) -> None:
    fields = {"scope": ["openid", "phone", "offline_access"], "level-phone": "masked"}
    assert scene.http.post(f"/account/apps/{scene.app.public_id}/change/", fields).status_code == 303


def take_it_back(scene: Scene) -> Any:
    return scene.http.post(f"/account/apps/{scene.app.public_id}/disconnect/")


def connect_again(scene: Scene) -> None:
    ask_for_a_code(scene)
    redeem(scene)


CODES = (
    step(
        "code issued",
        ask_for_a_code,
        Row("consent.given", has="app scopes"),
        Row("app.authorized", has="about app scopes"),
        Row("code.issued", has="app grant scopes session"),
    ),
    step("token issued", redeem, Row("token.issued", has="app grant scopes session token family")),
    step("token refreshed", renew, Row("token.refreshed", has="app grant scopes session token family")),
    step(
        "token refreshed",
        renew_again_at_once,
        Row("token.refreshed", has="app grant scopes session token family", reason="repeated"),
    ),
    step("introspection allowed", ask_about_a_token),
    step(
        "introspection refused",
        ask_about_a_token_without_the_right,
        Row("introspection.refused", NOBODY, reason="client_secret_wrong", outcome=REFUSED),
    ),
    step(
        "code replayed",
        redeem_again,
        Row("token.revoked", has="app scopes session family", reason="code_replayed"),
        Row("code.replayed", has="app session family", outcome=REFUSED),
        Row("token.refused", NOBODY, has="app grant", reason="code_replayed", outcome=REFUSED),
    ),
    step(
        "token refused",
        refuse_a_verifier,
        Row("code.issued", has="app grant scopes session"),
        Row("token.refused", NOBODY, has="app grant", reason="code_verifier_wrong", outcome=REFUSED),
    ),
    step(
        "token revoked",
        hand_a_token_back,
        Row("token.issued", has="app grant scopes session token family"),
        Row("token.revoked", has="app scopes session family", reason="client"),
    ),
    step("token issued", ask_for_a_machine, Row("token.issued", NOBODY, has="app grant scopes token")),
)
CONSENTS = (
    step(
        "consent given",
        connect_again,
        Row("consent.given", has="app scopes"),
        Row("app.authorized", has="about app scopes"),
        Row("code.issued", has="app grant scopes session"),
        Row("token.issued", has="app grant scopes session token family"),
    ),
    step(
        "consent changed",
        allow_less,
        Row("token.revoked", has="app scopes session family", reason="consent_withdrawn"),
        Row("consent.lowered", has="app scopes"),
    ),
    step(
        "consent declined",
        say_no,
        Row("consent.declined", has="app scopes", outcome=REFUSED),
        Row("authorization.refused", NOBODY, has="app", reason="denied_by_person", outcome=REFUSED),
    ),
    step("consent withdrawn", take_it_back, Row("consent.withdrawn", has="app scopes")),
    step(
        "authorization refused",
        be_refused_without_a_page,
        Row("authorization.refused", NOBODY, has="app", reason="consent_required", outcome=REFUSED),
    ),
    step(
        "consent given",
        connect_again,
        Row("consent.given", has="app scopes"),
        Row("app.authorized", has="about app scopes"),
        Row("code.issued", has="app grant scopes session"),
        Row("token.issued", has="app grant scopes session token family"),
    ),
    step(
        "reuse detected",
        present_a_superseded_token,
        Row("token.refreshed", has="app grant scopes session token family"),
        Row("token.refreshed", has="app grant scopes session token family"),
        Row("token.revoked", has="app scopes session family", reason="reused"),
        Row("session.ended", has="session", reason="refresh_reused"),
        Row("refresh.reused", has="app session family", outcome=REFUSED),
        Row("token.refused", NOBODY, has="app grant", reason="refresh_token_reused", outcome=REFUSED),
    ),
)
