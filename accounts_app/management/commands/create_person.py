"""`manage.py create_person`: a person for scripts and tests.

Whoever may run commands here vouches for the number. With `--phone-unproven`, as for people brought from elsewhere, no
password opens the account until its owner has signed in by a code.
"""

import json
from argparse import ArgumentParser
from typing import Any

from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.core.management.base import BaseCommand, CommandError
from django.core.validators import validate_email
from django.utils import timezone

from accounts_app.identifiers import normalise_phone
from accounts_app.models import User
from accounts_app.passwords import normalise_password
from accounts_app.services import create_person
from core_app.errors import AppError


class Command(BaseCommand):
    help = "Make a person, who can sign in with the number and the password, or with a code."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--phone", required=True, help="in any spelling, e.g. +97699112233")
        parser.add_argument(
            "--phone-unproven",
            action="store_true",
            help="it is not known whose number it is: the first sign-in is by code, and drops the password",
        )
        parser.add_argument("--password", help="left out: sign-in by code only")
        parser.add_argument("--email", default="")
        parser.add_argument("--staff", action="store_true", help="may open the admin")
        parser.add_argument(
            "--superuser", action="store_true", help="may do everything there; implies --staff"
        )
        parser.add_argument("--json", action="store_true", help="print one JSON object")

    def handle(self, *args: Any, **options: Any) -> None:
        """Raises CommandError with one clear line when the number, password or e-mail cannot be used."""
        try:
            person = _create(options)
        except ValidationError as error:
            raise CommandError(" ".join(error.messages)) from error
        except AppError as error:
            raise CommandError(str(error.message)) from error
        made = {
            "sub": str(person.sub),
            "phone": person.phone,
            "phone_proven": person.phone_proven_at is not None,
            "email": person.email,
            "staff": person.is_staff,
        }
        if options["json"]:
            self.stdout.write(json.dumps(made))
        else:
            how = "" if made["phone_proven"] else " The number is not proven: the first sign-in is by code."
            self.stdout.write(f"Made {made['phone']} (sub {made['sub']}).{how}")


def _create(options: dict[str, Any]) -> User:
    phone = normalise_phone(options["phone"])
    email = options["email"].strip()
    if email:
        validate_email(email)
    password = options["password"]
    if password is not None:
        validate_password(normalise_password(password), User(phone=phone, email=email))
    return create_person(
        phone=phone,
        password=password,
        phone_proven_at=None if options["phone_unproven"] else timezone.now(),
        email=email,
        is_staff=options["staff"] or options["superuser"],
        is_superuser=options["superuser"],
    )
