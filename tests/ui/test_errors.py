"""What is shown when something goes wrong: a page for people, JSON for callers that prefer it."""

import pytest
from django.test import Client, RequestFactory

from auth_server_django import views
from tests.ui.page import Page, assert_is_sound, read

JSON = "application/json"


def test_an_unknown_address_is_answered_with_a_page(server: None) -> None:
    answer = Client().get("/nothing/", headers={"accept": "text/html"})
    assert answer.status_code == 404
    assert_is_sound(read(answer))


def test_a_caller_that_prefers_json_gets_json(server: None) -> None:
    answer = Client().get("/nothing/", headers={"accept": JSON})
    assert answer.status_code == 404
    assert answer.json()["error"] == "not_found"
    assert answer.json()["error_description"]


def test_the_page_for_our_own_failure_needs_no_database_and_no_session() -> None:
    answer = views.server_error(RequestFactory().get("/"))
    assert answer.status_code == 500
    page = Page(answer.content.decode())
    assert_is_sound(page)
    assert page.title() == "Something went wrong on our side"


def test_our_own_failure_in_json_tells_nothing_of_the_cause() -> None:
    answer = views.server_error(RequestFactory().get("/", headers={"accept": JSON}))
    assert answer.status_code == 500
    assert b'"error": "server_error"' in answer.content


@pytest.mark.requirement("K04")
def test_a_form_without_its_token_is_refused_with_a_way_to_go_on(server: None) -> None:
    browser = Client(enforce_csrf_checks=True)
    answer = browser.post("/signup/", {"phone": "99112233"})
    page = read(answer)
    assert answer.status_code == 403
    assert_is_sound(page)
    assert {"/signup/", "/"} <= {link["href"] for link in page.all("a")}


@pytest.mark.requirement("K06")
def test_the_address_is_not_echoed_as_markup(server: None) -> None:
    answer = Client().get("/nothing/?next=<script>alert(1)</script>")
    assert "<script>alert" not in answer.content.decode()
