"""The record as operators use it over HTTP: found, read, and nothing more."""

import uuid
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from accounts_app.models import User
from core_app.events import CATALOGUE, REFUSED
from custom_scopes_and_policies_app.models import Application
from obligations_app.admin import paging
from obligations_app.models import OAuthTokenLog
from tests.obligations.conftest import CALLER, FAMILY, PHONE, SID
from tests.operators import sign_in_as

LIST = "admin:obligations_app_oauthtokenlog_changelist"
DETAIL = "admin:obligations_app_oauthtokenlog_change"
pytestmark = pytest.mark.requirement("F61")


@pytest.fixture
def entries(person: User, shop: Application) -> dict[str, OAuthTokenLog]:
    CATALOGUE["token.issued"].emit(
        user_id=person.pk,
        client_id="shop-1",
        sid=SID,
        family=FAMILY,
        jti="jti-1",
        scopes=["openid", "profile"],
        policies={"profile": "name-only"},
        caller=CALLER,
    )
    CATALOGUE["token.refused"].emit(client_id="other", outcome=REFUSED, reason="<script>alert(1)</script>")
    CATALOGUE["session.ended"].emit(user_id=person.pk, sid=SID, reason="logout")
    return {entry.event: entry for entry in OAuthTokenLog.objects.all()}


def listed(operator: Client, **query: Any) -> set[str]:
    """The events on the list page for these filters."""
    answer = operator.get(reverse(LIST), query)
    assert answer.status_code == 200
    return {entry.event for entry in answer.context["cl"].result_list}


def test_the_list_shows_the_newest_first(entries: dict[str, OAuthTokenLog], operator: Client) -> None:
    answer = operator.get(reverse(LIST))
    events = [entry.event for entry in answer.context["cl"].result_list]
    assert events == ["session.ended", "token.refused", "token.issued"]
    page = answer.content.decode()
    assert "Bat Erdene" in page
    assert "203.0.113.7" in page
    assert "<script>alert(1)" not in page
    assert PHONE not in page


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ({"event": "token.issued"}, {"token.issued"}),
        ({"outcome__exact": "refused"}, {"token.refused"}),
        ({"client": "shop-1"}, {"token.issued"}),
        ({"event": "token.issued", "client": "nobody"}, set()),
        ({"q": str(SID)}, {"token.issued", "session.ended"}),
        ({"q": str(SID).upper()}, {"token.issued", "session.ended"}),
        ({"q": FAMILY.hex}, {"token.issued"}),
        ({"q": "jti-1"}, {"token.issued"}),
        ({"q": "other"}, {"token.refused"}),
        ({"q": PHONE}, {"token.issued", "session.ended"}),
        ({"q": " +976 9911-2233 "}, {"token.issued", "session.ended"}),
        ({"q": "+97688112233"}, set()),
        ({"q": "jti"}, set()),
        ({"q": str(uuid.uuid4())}, set()),
        ({"q": "'; DROP TABLE x; --"}, set()),
        ({"q": "\u0661\u0662\u0663"}, set()),
    ],
)
def test_filters_and_search_find_what_they_name(
    entries: dict[str, OAuthTokenLog],
    operator: Client,
    query: dict[str, str],
    expected: set[str],
    settings: Any,
) -> None:
    settings.PHONE_COUNTRIES = ["*"]
    assert listed(operator, **query) == expected


def test_a_person_is_found_by_subject(
    entries: dict[str, OAuthTokenLog], operator: Client, person: User
) -> None:
    assert listed(operator, q=str(person.sub)) == {"token.issued", "session.ended"}


def test_the_detail_page_is_readable_and_leads_on(
    entries: dict[str, OAuthTokenLog], operator: Client, person: User
) -> None:
    page = operator.get(reverse(DETAIL, args=[entries["token.issued"].pk])).content.decode()
    assert CATALOGUE["token.issued"].meaning in page
    assert reverse("admin:accounts_app_user_change", args=[person.pk]) in page
    assert f"{reverse(LIST)}?q={SID}" in page
    assert f"{reverse(LIST)}?q={FAMILY}" in page
    assert "openid, profile" in page
    assert "profile: name-only" in page
    assert "{&#x27;" not in page
    assert PHONE not in page


def test_entries_of_deleted_people_and_unknown_events_are_still_read(
    entries: dict[str, OAuthTokenLog], operator: Client, person: User
) -> None:
    number = person.pk
    person.delete()
    OAuthTokenLog.objects.create(event="room.that.left", outcome="success")
    page = operator.get(reverse(LIST)).content.decode()
    assert f"deleted ({number})" in page
    for entry in OAuthTokenLog.objects.all():
        assert operator.get(reverse(DETAIL, args=[entry.pk])).status_code == 200


@pytest.mark.requirement("L02", "L05")
def test_nothing_can_be_changed_over_http(entries: dict[str, OAuthTokenLog], operator: Client) -> None:
    before = list(OAuthTokenLog.objects.values())
    pk = before[0]["id"]
    detail = reverse(DETAIL, args=[pk])
    for url, data in [
        (reverse("admin:obligations_app_oauthtokenlog_add"), {"event": "x"}),
        (detail, {"event": "x", "client_id": "x"}),
        (reverse("admin:obligations_app_oauthtokenlog_delete", args=[pk]), {"post": "yes"}),
    ]:
        assert operator.post(url, data).status_code == 403
    operator.post(reverse(LIST), {"action": "delete_selected", "_selected_action": [pk], "post": "yes"})
    operator.post(
        reverse(LIST), {"form-TOTAL_FORMS": "1", "form-0-id": pk, "form-0-event": "x", "_save": "1"}
    )
    assert list(OAuthTokenLog.objects.values()) == before
    page = operator.get(detail).content.decode()
    assert 'name="_save"' not in page
    assert "deletelink" not in page


@pytest.mark.requirement("L05")
def test_only_operators_who_may_see_the_record_see_it(
    entries: dict[str, OAuthTokenLog], client: Client
) -> None:
    urls = [reverse(LIST), reverse(DETAIL, args=[entries["token.issued"].pk])]
    assert {client.get(url).status_code for url in urls} == {302}
    sign_in_as(client, User.objects.create(phone="+97699110001", is_staff=True))
    assert {client.get(url).status_code for url in urls} == {403}


def test_the_list_counts_no_millions(
    entries: dict[str, OAuthTokenLog],
    operator: Client,
    monkeypatch: pytest.MonkeyPatch,
    django_assert_max_num_queries: Any,
) -> None:
    monkeypatch.setattr(paging, "COUNTED_ENTRIES", 2)
    with django_assert_max_num_queries(8) as queries:
        answer = operator.get(reverse(LIST))
    assert answer.context["cl"].result_count == 2
    counts = [query["sql"] for query in queries.captured_queries if "COUNT(" in query["sql"].upper()]
    assert len(counts) == 1
    assert "LIMIT 2" in counts[0]
    assert not any("DISTINCT" in query["sql"].upper() for query in queries.captured_queries)
