"""An operator's browser, and the admin's form of an app as a browser would send it."""

from dataclasses import dataclass
from typing import Any

import pytest
from django.test import Client

from custom_scopes_and_policies_app.models import Application
from tests.clients.html_form import fields_of
from tests.messaging.threads import shared_database
from tests.operators import sign_in_operator

__all__ = ["shared_database"]

APPS = "/admin/custom_scopes_and_policies_app/application/"
FORM = "application_form"


@dataclass
class Operator:
    """A browser in which an operator with every permission is signed in."""

    http: Client

    def add(self, kind: str, **changes: Any) -> Any:
        """The answer to the form for a new app of this kind."""
        url = f"{APPS}add/?kind={kind}"
        page = self.http.get(url)
        assert page.status_code == 200
        return self.http.post(url, fields_of(page, FORM, **changes))

    def change(self, app: Application, **changes: Any) -> Any:
        """The answer to the form of this app, with some fields changed."""
        url = f"{APPS}{app.pk}/change/"
        return self.http.post(url, fields_of(self.http.get(url), FORM, **changes))

    def secrets(self, app: Application, **fields: str) -> Any:
        """The page of secrets, or the answer to one of its buttons."""
        url = f"{APPS}{app.pk}/secrets/"
        return self.http.post(url, fields) if fields else self.http.get(url)

    def action(self, name: str, *apps: Application) -> Any:
        return self.http.post(APPS, {"action": name, "_selected_action": [app.pk for app in apps]})


@pytest.fixture
def operator(server: None) -> Operator:
    return Operator(sign_in_operator(Client()))
