"""`manage.py create_client`: every flag reaches the app, JSON for scripts, problems behind their flag."""

import json
from io import StringIO

import pytest
from django.core.management import CommandError, call_command
from django.test import Client

from custom_scopes_and_policies_app.models import Application
from tests.oauth import CALLBACK, post

pytestmark = [pytest.mark.requirement("feature:F10"), pytest.mark.usefixtures("server")]


def run(*arguments: str) -> str:
    output = StringIO()
    call_command("create_client", *arguments, stdout=output)
    return output.getvalue()


def test_json_has_all_that_a_script_needs_and_the_secret_works() -> None:
    facts = json.loads(run("--name", "Job", "--client-id", "job", "--scope", "read write", "--json"))
    assert facts["client_id"] == "job"
    assert facts["issuer"] == "http://testserver"
    assert facts["grant_types"] == ["client_credentials"]
    assert facts["token_endpoint_auth_method"] == "client_secret_basic"
    assert facts["scope"] == "read write"
    answer = post(
        Client(), "/o/token/", basic=("job", facts["client_secret"]), grant_type="client_credentials"
    )
    assert answer.status_code == 200
    assert facts["client_secret"] not in str(Application.objects.values())


def test_every_flag_reaches_the_app() -> None:
    run(
        "--name", "Notes", "--public", "--redirect-uri", CALLBACK, "--redirect-uri", "com.example.notes:/back",
        "--post-logout-redirect-uri", "https://notes.example/bye", "--grant-type", "authorization_code",
        "--scope", "openid profile", "--algorithm", "ES256", "--origin", "https://notes.example",
        "--audience", "https://api.example", "--response-mode", "query", "--required-acr", "aal2",
        "--backchannel-logout-uri", "https://notes.example/out",
        "--frontchannel-logout-uri", "https://notes.example/out?f", "--first-party",
    )  # fmt: skip
    app = Application.objects.get()
    assert app.redirect_uris == f"{CALLBACK} com.example.notes:/back"
    assert app.post_logout_redirect_uris == "https://notes.example/bye"
    assert (app.client_type, app.token_endpoint_auth_method, app.client_secrets) == ("public", "none", [])
    assert (app.grant_types, app.response_modes) == (["authorization_code"], ["query"])
    assert (app.allowed_scopes, app.algorithm, app.required_acr) == ("openid profile", "ES256", "aal2")
    assert (app.allowed_origins, app.audiences) == ("https://notes.example", "https://api.example")
    assert app.backchannel_logout_uri == "https://notes.example/out"
    assert app.frontchannel_logout_uri == "https://notes.example/out?f"
    assert app.is_first_party


def test_a_given_secret_is_taken() -> None:
    text = run("--name", "API", "--client-id", "api", "--client-secret", "given " * 8, "--may-introspect")
    assert "given" in text
    answer = post(Client(), "/o/introspect/", basic=("api", "given " * 8), token="junk")
    assert answer.json() == {"active": False}


BAD = [
    (["--grant-type", "password"], "--grant-type: Not supported: password."),
    (["--grant-type", "authorization_code"], "--redirect-uri: The authorization code grant needs"),
    (["--redirect-uri", "https://notes.example/#x"], "--redirect-uri: https://notes.example/#x must be"),
    (["--scope", "read nonsense"], "--scope: No such scope: nonsense."),
    (["--algorithm", "none"], "--algorithm: Value 'none' is not a valid choice."),
    (["--auth-method", "magic"], "--auth-method: Value 'magic' is not a valid choice."),
    (["--auth-method", "none"], "--auth-method: A public client authenticates"),
    (["--response-mode", "fragment"], "--response-mode: Choose at least one of"),
    (["--required-acr", "aal9"], "--required-acr: Not a level of assurance: aal9."),
    (["--origin", "https://notes.example/"], "--origin: https://notes.example/ is not written as browsers"),
    (["--audience", "a#b"], "--audience: a#b must be plain text"),
    (["--backchannel-logout-uri", "com.example:/out"], "--backchannel-logout-uri:"),
    (["--public", "--may-introspect"], "--may-introspect: Only a client with a secret"),
]


@pytest.mark.requirement("B07")
def test_a_problem_is_told_behind_its_flag() -> None:
    for arguments, text in BAD:
        with pytest.raises(CommandError) as refused:
            run("--name", "Job", *arguments)
        assert text in str(refused.value)
    assert not Application.objects.exists()


def test_an_id_is_given_once() -> None:
    run("--name", "Job", "--client-id", "job")
    with pytest.raises(CommandError, match=r"--client-id: .* already exists"):
        run("--name", "Job", "--client-id", "job")
