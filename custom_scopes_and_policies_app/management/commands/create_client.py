"""`manage.py create_client`: register an app from the command line."""

import json
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.management.base import BaseCommand, CommandError

from custom_scopes_and_policies_app.client_keys import key_text
from custom_scopes_and_policies_app.clients import create_client
from custom_scopes_and_policies_app.models import Application
from custom_scopes_and_policies_app.models.application import DEVICE_CODE
from custom_scopes_and_policies_app.scopes import scopes_for
from jwt_app.shared_keys import HS256

SHORT_NAMES = {"device_code": DEVICE_CODE}
# Where a flag is not the field's name.
FLAGS = {
    "token_endpoint_auth_method": "--auth-method",
    "redirect_uris": "--redirect-uri",
    "post_logout_redirect_uris": "--post-logout-redirect-uri",
    "grant_types": "--grant-type",
    "response_modes": "--response-mode",
    "allowed_scopes": "--scope",
    "allowed_origins": "--origin",
    "audiences": "--audience",
}


class Command(BaseCommand):
    help = "Register an app. A generated secret is printed once; only a digest of it is kept."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--name", required=True)
        parser.add_argument("--client-id", default="")
        parser.add_argument("--client-secret", default="", help="a given secret; generated when left out")
        parser.add_argument("--client-secret-file", type=Path, help="the same, read from a file")
        parser.add_argument(
            "--if-missing", action="store_true", help="do nothing when there is an app of that id already"
        )
        parser.add_argument("--public", action="store_true", help="no secret: a native or browser app")
        parser.add_argument("--redirect-uri", action="append", default=[])
        parser.add_argument("--post-logout-redirect-uri", action="append", default=[])
        parser.add_argument(
            "--grant-type", action="append", default=[], help="device_code is short for its long name"
        )
        parser.add_argument(
            "--scope", default="", help="allowed scopes, space separated; all unrestricted when left out"
        )
        parser.add_argument(
            "--auth-method", default="", help="client_secret_basic (usual), client_secret_post or none"
        )
        parser.add_argument(
            "--algorithm", default="", help="what its tokens are signed with; RS256 when left out"
        )
        parser.add_argument(
            "--response-mode", action="append", default=[], help="query, form_post; both when left out"
        )
        parser.add_argument("--required-acr", default="", help="aal1 or aal2: how people must have signed in")
        parser.add_argument("--origin", action="append", default=[], help="browser origin for CORS")
        parser.add_argument("--audience", action="append", default=[], help="an API its tokens are for")
        parser.add_argument("--backchannel-logout-uri", default="")
        parser.add_argument("--frontchannel-logout-uri", default="")
        parser.add_argument("--first-party", action="store_true", help="people are not asked for consent")
        parser.add_argument("--may-introspect", action="store_true", help="a resource server")
        parser.add_argument("--json", action="store_true", dest="as_json")

    def handle(self, *args: Any, **options: Any) -> None:
        known = Application.objects.filter(client_id=options["client_id"] or None)
        if options["if_missing"] and known.exists():
            self.stdout.write(f"{options['client_id']} is there already.")
            return
        try:
            client, secret = create_client(
                name=options["name"],
                client_id=options["client_id"],
                client_secret=options["client_secret"] or _read(options["client_secret_file"]),
                is_public=options["public"],
                redirect_uris=options["redirect_uri"],
                post_logout_redirect_uris=options["post_logout_redirect_uri"],
                grant_types=[SHORT_NAMES.get(name, name) for name in options["grant_type"]],
                scopes=options["scope"],
                auth_method=options["auth_method"],
                algorithm=options["algorithm"],
                is_first_party=options["first_party"],
                may_introspect=options["may_introspect"],
                origins=options["origin"],
                audiences=options["audience"],
                response_modes=options["response_mode"],
                required_acr=options["required_acr"],
                backchannel_logout_uri=options["backchannel_logout_uri"],
                frontchannel_logout_uri=options["frontchannel_logout_uri"],
            )
        except ValidationError as error:
            raise CommandError(_by_flag(error)) from error
        # Whoever brought the secret in a file has it there: it is not printed into a log.
        facts = _facts(client, "" if options["client_secret_file"] else secret)
        key = key_text(client) if client.algorithm == HS256 else ""
        if key and key != secret:
            facts["signing_key"] = key
        self.stdout.write(json.dumps(facts) if options["as_json"] else _readable(facts))


def _read(file: Path | None) -> str:
    if file is None:
        return ""
    try:
        return file.read_text(encoding="utf-8").strip()
    except OSError as error:
        raise CommandError(f"--client-secret-file: cannot read {file}: {error.strerror}") from error


def _by_flag(error: ValidationError) -> str:
    """Each problem behind the flag that caused it."""
    flags = (FLAGS.get(field, f"--{field.replace('_', '-')}") for field in error.message_dict)
    texts = (" ".join(map(str, texts)) for texts in error.message_dict.values())
    return "\n".join(f"{flag}: {text}" for flag, text in zip(flags, texts, strict=True))


def _facts(client: Application, secret: str) -> dict[str, Any]:
    """What a script needs to use the app, mostly in the words of RFC 7591 §2."""
    return {
        "client_id": client.client_id,
        "client_secret": secret or None,
        "name": client.name,
        "issuer": settings.ISSUER_URL,
        "token_endpoint_auth_method": client.token_endpoint_auth_method,
        "grant_types": client.grant_types,
        "response_types": client.response_types,
        "response_modes": client.response_modes,
        "redirect_uris": client.redirect_uris.split(),
        "post_logout_redirect_uris": client.post_logout_redirect_uris.split(),
        "scope": " ".join(scopes_for(client)),
        "audiences": client.audiences.split(),
        "algorithm": client.algorithm,
    }


def _readable(facts: dict[str, Any]) -> str:
    lines = [f"client_id      {facts['client_id']}"]
    if facts["client_secret"]:
        lines.append(f"client_secret  {facts['client_secret']}   (shown once)")
    if facts.get("signing_key"):
        lines.append(f"signing_key    {facts['signing_key']}   (HS256, shown once)")
    return "\n".join(lines)
