"""The consent page as a person meets it: names, boxes, levels, two equal buttons."""

import pytest

from custom_scopes_and_policies_app.clients import forget_cached_clients
from custom_scopes_and_policies_app.models import Application
from tests.oauth import OAuthBrowser
from tests.ui.page import Page, assert_is_sound, read


@pytest.fixture
def consent_page(browser_of_somebody: OAuthBrowser, app: Application) -> Page:
    return open_page(browser_of_somebody)


def open_page(browser: OAuthBrowser) -> Page:
    answer = browser.authorize(scope="openid profile phone offline_access")
    assert answer["Location"].startswith("/o/consent/")
    return read(browser.client.get(answer["Location"]))


@pytest.mark.requirement("F50", "K01", "K08")
def test_it_names_the_app_the_person_and_the_time(consent_page: Page) -> None:
    assert_is_sound(consent_page)
    assert consent_page.title().startswith("Allow Notes?")
    assert "Oyun Bat" in consent_page.html
    assert "days" in consent_page.html


@pytest.mark.requirement("F50")
def test_a_needed_scope_cannot_be_unticked_and_is_sent_all_the_same(consent_page: Page) -> None:
    boxes = {box["value"]: box for box in consent_page.all("input") if box.get("type") == "checkbox"}
    carried = [
        box["value"]
        for box in consent_page.all("input")
        if box.get("type") == "hidden" and box["name"] == "scope"
    ]
    assert set(boxes) == {"openid", "profile", "phone", "offline_access"}
    assert [name for name, box in boxes.items() if "disabled" in box] == ["openid"]
    assert carried == ["openid"]


@pytest.mark.requirement("F50", "K08")
def test_each_choice_of_levels_has_a_legend_and_one_answer_already_chosen(consent_page: Page) -> None:
    radios = [radio for radio in consent_page.all("input") if radio.get("type") == "radio"]
    groups = {radio["name"] for radio in radios}
    assert groups == {"level-profile", "level-phone"}
    assert len(consent_page.all("legend")) == len(groups)
    assert sorted(radio["name"] for radio in radios if "checked" in radio) == sorted(groups)


@pytest.mark.requirement("K01")
def test_allow_and_deny_are_both_whole_buttons_and_deny_comes_first(consent_page: Page) -> None:
    decisions = [button for button in consent_page.all("button") if button.get("name") == "decision"]
    # Enter presses the first one: a slip gives nothing away.
    assert [button["value"] for button in decisions] == ["deny", "allow"]
    assert not any(
        "outline" in button.get("class", "") or "link" in button.get("class", "") for button in decisions
    )


@pytest.mark.requirement("K06", "K07")
def test_what_an_app_says_of_itself_is_text_and_loads_nothing(
    browser_of_somebody: OAuthBrowser, app: Application
) -> None:
    Application.objects.filter(pk=app.pk).update(
        name="<b>Bank</b>", logo_url="https://elsewhere.example/logo.png", site_url="javascript:alert(1)"
    )
    forget_cached_clients()
    page = open_page(browser_of_somebody)
    assert_is_sound(page)
    assert "<b>Bank" not in page.html
    assert "&lt;b&gt;Bank" in page.html
    assert "javascript:" not in page.html
    assert "elsewhere.example" not in page.html


@pytest.mark.requirement("F50", "K01")
def test_owner_site_terms_and_privacy_are_there_to_be_read_first(
    browser_of_somebody: OAuthBrowser, app: Application
) -> None:
    app.owner_name, app.site_url = "Paper Ltd", "https://notes.example/"
    app.terms_url, app.privacy_url = "https://notes.example/terms", "javascript:alert(1)"
    app.save()
    page = open_page(browser_of_somebody)
    assert_is_sound(page)
    links = [link["href"] for link in page.all("a") if link.get("target") == "_blank"]
    assert links == ["https://notes.example/", "https://notes.example/terms"]
    assert "Run by Paper Ltd." in " ".join(page.html.split())
    assert "javascript:" not in page.html


@pytest.mark.requirement("F50", "K01")
def test_what_the_app_already_has_is_marked_with_its_level(
    browser_of_somebody: OAuthBrowser, app: Application
) -> None:
    browser_of_somebody.code(scope="openid phone", consent={"level-phone": "full"})
    page = " ".join(open_page(browser_of_somebody).html.split())
    assert "already allowed: Whole number" in page
    assert page.count("already allowed") == 2


@pytest.mark.requirement("K04", "K08")
def test_a_refused_answer_is_shown_again_as_it_was_filled_in(
    browser_of_somebody: OAuthBrowser, app: Application
) -> None:
    location = browser_of_somebody.authorize(scope="openid profile phone")["Location"]
    answer = browser_of_somebody.consent(
        location, decision="perhaps", scope=["openid", "phone"], **{"level-phone": "full"}
    )
    assert answer.status_code == 400
    page = read(answer)
    assert_is_sound(page)
    ticked = {box["value"] for box in page.all("input") if box.get("type") == "checkbox" and "checked" in box}
    chosen = {box["value"] for box in page.all("input") if box.get("type") == "radio" and "checked" in box}
    assert ticked == {"openid", "phone"}
    assert chosen == {"first_name", "full"}
    assert page.html.count('role="alert"') == 1
