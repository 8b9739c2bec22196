"""`manage.py create_client`: register an app from the command line."""

import json
from argparse import ArgumentParser
from typing import Any

from django.core.exceptions import ValidationError
from django.core.management.base import BaseCommand, CommandError

from custom_scopes_and_policies_app.clients import create_client


class Command(BaseCommand):
    help = "Register an app. A generated secret is printed once; only a digest of it is kept."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--name", required=True)
        parser.add_argument("--client-id", default="")
        parser.add_argument("--client-secret", default="", help="a given secret; generated when left out")
        parser.add_argument("--public", action="store_true", help="no secret: a native or browser app")
        parser.add_argument("--redirect-uri", action="append", default=[])
        parser.add_argument("--post-logout-redirect-uri", action="append", default=[])
        parser.add_argument("--grant-type", action="append", default=[])
        parser.add_argument(
            "--scope", default="", help="allowed scopes, space separated; all unrestricted when left out"
        )
        parser.add_argument("--auth-method", default="")
        parser.add_argument("--algorithm", default="")
        parser.add_argument("--origin", action="append", default=[], help="browser origin for CORS")
        parser.add_argument("--first-party", action="store_true", help="people are not asked for consent")
        parser.add_argument("--may-introspect", action="store_true", help="a resource server")
        parser.add_argument("--json", action="store_true", dest="as_json")

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            client, secret = create_client(
                name=options["name"],
                client_id=options["client_id"],
                client_secret=options["client_secret"],
                is_public=options["public"],
                redirect_uris=options["redirect_uri"],
                post_logout_redirect_uris=options["post_logout_redirect_uri"],
                grant_types=options["grant_type"],
                scopes=options["scope"],
                auth_method=options["auth_method"],
                algorithm=options["algorithm"],
                is_first_party=options["first_party"],
                may_introspect=options["may_introspect"],
                origins=options["origin"],
            )
        except ValidationError as error:
            lines = [f"{field}: {' '.join(map(str, texts))}" for field, texts in error.message_dict.items()]
            raise CommandError("\n".join(lines)) from error
        facts = {"client_id": client.client_id, "client_secret": secret or None, "name": client.name}
        self.stdout.write(json.dumps(facts) if options["as_json"] else _readable(facts))


def _readable(facts: dict[str, str | None]) -> str:
    lines = [f"client_id      {facts['client_id']}"]
    if facts["client_secret"]:
        lines.append(f"client_secret  {facts['client_secret']}   (shown once)")
    return "\n".join(lines)
