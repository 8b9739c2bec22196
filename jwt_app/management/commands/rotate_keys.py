"""`manage.py rotate_keys`: what the worker does by the clock, by hand; and the emergency brake."""

import json
from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from jwt_app.errors import UnknownKey, UnsuitableKey
from jwt_app.resealing import reseal
from jwt_app.rotation import Cause, Step, revoke, rotate
from jwt_app.selectors import describe, keys_in_use


class Command(BaseCommand):
    help = (
        "Take the steps of signing keys that are due, and show the keys. Safe to run at any time, many times."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--algorithm", default="", help="RS256, ES256 or EdDSA; all in use when left out")
        action = parser.add_mutually_exclusive_group()
        action.add_argument(
            "--now",
            action="store_true",
            help="replace the active key as soon as its successor is known everywhere, not at its time",
        )
        action.add_argument(
            "--revoke", metavar="KID", default="", help="a key has leaked: refuse all that it signed, at once"
        )
        action.add_argument(
            "--reseal", action="store_true", help="seal all keys with the first of MASTER_KEYS"
        )
        parser.add_argument("--json", action="store_true", dest="as_json")

    def handle(self, *args: Any, **options: Any) -> None:
        resealed, steps = 0, []
        try:
            if options["reseal"]:
                resealed = reseal()
            elif options["revoke"]:
                steps = revoke(kid=options["revoke"])
            else:
                cause = Cause(reason="operator") if options["now"] else Cause()
                steps = rotate(algorithm=options["algorithm"], at_once=options["now"], cause=cause)
        except UnknownKey as error:
            raise CommandError(error.detail) from error
        except UnsuitableKey as error:
            raise CommandError(str(error)) from error
        keys = [describe(row) for row in keys_in_use()]
        if options["as_json"]:
            done = [{"step": step.name, "algorithm": step.algorithm, "kid": step.kid} for step in steps]
            self.stdout.write(json.dumps({"steps": done, "resealed": resealed, "keys": keys}))
            return
        self._tell(steps, resealed, keys)

    def _tell(self, steps: list[Step], resealed: int, keys: list[dict[str, str | None]]) -> None:
        for step in steps:
            self.stdout.write(f"{step.name:10} {step.algorithm:6} {step.kid}")
        if resealed:
            self.stdout.write(f"Sealed {resealed} keys with the current master key.")
        if not steps and not resealed:
            self.stdout.write("Nothing was due.")
        for key in keys:
            until = f"next step from {key['next_step_at']}" if key["next_step_at"] else ""
            self.stdout.write(f"{key['state'] or '':10} {key['algorithm']:6} {key['kid']}  {until}".rstrip())
