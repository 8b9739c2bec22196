"""`manage.py bootstrap`: everything between a fresh checkout and a server that can be used. Safe to run again."""

import secrets
from pathlib import Path
from typing import Any, ClassVar

from django.apps import apps
from django.conf import settings
from django.core.management import call_command
from django.core.management.base import BaseCommand
from django.utils import timezone

from accounts_app.selectors import find_by_phone
from accounts_app.services import create_person
from accounts_app.support_group import ensure_support_group
from auth_server_django.development import write_master_key, write_signing_key
from core_app.conf import read_environment
from custom_scopes_and_policies_app.clients import create_client
from custom_scopes_and_policies_app.first_party import ensure_first_party_client
from custom_scopes_and_policies_app.models import Application
from custom_scopes_and_policies_app.seeds import seed_scopes
from jwt_app.algorithms import ALGORITHMS
from jwt_app.conf import conf
from jwt_app.key_file import configured_pem, key_path
from jwt_app.keys import ensure_active_key
from jwt_app.rotation import rotate

DEMO_PHONE = "+97699112233"


class Command(BaseCommand):
    help = (
        "Make keys, migrate, import the signing key, seed scopes and the client of the JSON API; in development "
        "also a demo app and person."
    )
    # The checks would ask for the very keys that this command makes.
    requires_system_checks: ClassVar[list[str]] = []  # type: ignore[misc]

    def handle(self, *args: Any, **options: Any) -> None:
        self._make_keys()
        call_command("migrate", verbosity=0, interactive=False)
        ensure_active_key(algorithm=conf.JWT_ALGORITHM, pem=configured_pem())
        for algorithm in ALGORITHMS:
            # Published from the start: the first app that chooses one must not meet a JWKS without it (D09).
            ensure_active_key(algorithm=algorithm)
        # Where no worker runs, every start takes the steps of the keys that are due.
        rotate()
        seed_scopes()
        ensure_first_party_client()
        ensure_support_group()
        if settings.DEBUG and settings.DEMO:
            self._seed_demo()
        self.stdout.write(self.style.SUCCESS("Ready."))

    def _make_keys(self) -> None:
        """In development only: production brings its own keys."""
        if not settings.DEBUG:
            return
        if read_environment("MASTER_KEYS") is None:
            write_master_key(Path(settings.BASE_DIR) / "keys" / "master.key")
        path = key_path()
        if path is not None:
            write_signing_key(path)

    def _seed_demo(self) -> None:
        if not apps.is_installed("demo_app"):
            return
        callback = f"{settings.ISSUER_URL}/demo/callback/"
        self._ensure_client(
            "demo",
            name="Demo app",
            is_public=True,
            redirect_uris=[callback],
            post_logout_redirect_uris=[f"{settings.ISSUER_URL}/demo/"],
        )
        secret = read_environment("DEMO_API_SECRET") or ""
        if secret:
            self._ensure_client("demo-api", name="Demo API", client_secret=secret, may_introspect=True)
        self._ensure_person()

    def _ensure_client(self, client_id: str, **facts: Any) -> None:
        existing = Application.objects.filter(client_id=client_id).first()
        if existing is None:
            create_client(client_id=client_id, **facts)
        elif facts.get("redirect_uris") and existing.redirect_uris != " ".join(facts["redirect_uris"]):
            # The server moved to another port: its own demonstration client moves with it.
            existing.redirect_uris = " ".join(facts["redirect_uris"])
            existing.post_logout_redirect_uris = " ".join(facts["post_logout_redirect_uris"])
            existing.save(update_fields=["redirect_uris", "post_logout_redirect_uris", "updated"])

    def _ensure_person(self) -> None:
        if find_by_phone(DEMO_PHONE) is not None:
            return
        password = secrets.token_urlsafe(9)
        person = create_person(
            phone=DEMO_PHONE,
            password=password,
            phone_proven_at=timezone.now(),
            given_name="Demo",
            family_name="Person",
            name="Demo Person",
            email="demo@example.com",
        )
        person.is_staff = person.is_superuser = True
        person.save(update_fields=["is_staff", "is_superuser"])
        self.stdout.write(
            f"Demo person and operator:  phone {DEMO_PHONE}   password {password}   (shown once)"
        )
