"""What operators see and do."""

import pytest
from axes.models import AccessAttempt, AccessFailureLog, AccessLog
from django.contrib.auth.models import Permission
from django.http import HttpResponse
from django.test import Client
from django.urls import reverse

from accounts_app.models import User
from core_app.events import Event
from limits_app.blocks import is_blocked
from limits_app.budgets import Limit, spend, used
from limits_app.identity import logged_name
from limits_app.models import Block, FailureCount, Spending
from tests.limits.conftest import IP, OTHER_IP, OTHER_PHONE, PHONE, RIGHT, SignIn, may_try, told
from tests.operators import sign_in_as, sign_in_operator

pytestmark = pytest.mark.django_db
MASKED = "+976••••••33"


@pytest.fixture
def operator(client: Client) -> Client:
    return sign_in_operator(client)


def listing(operator: Client, name: str) -> str:
    """The page, without the example in its search help."""
    response = operator.get(reverse(f"admin:{name}_changelist"))
    assert response.status_code == 200
    return response.content.decode().replace("as in +97699112233", "")


def found(operator: Client, name: str, text: str) -> list[object]:
    response = operator.get(reverse(f"admin:{name}_changelist"), {"q": text})
    return list(response.context["cl"].queryset)


def act(operator: Client, name: str, action: str, row: FailureCount | Spending | Block) -> HttpResponse:
    url = reverse(f"admin:{name}_changelist")
    form = {"action": action, "_selected_action": [str(row.pk)], "post": "yes"}
    return operator.post(url, form, follow=True)  # type: ignore[return-value]


@pytest.mark.requirement("F61", "L03")
def test_locks_are_shown_masked_and_found_by_the_whole_number(operator: Client) -> None:
    while may_try():
        pass
    may_try(OTHER_PHONE, OTHER_IP)
    page = listing(operator, "limits_app_failurecount")
    assert MASKED in page
    assert IP in page
    assert "99112233" not in page
    assert [str(row) for row in found(operator, "limits_app_failurecount", "+976 9911 2233")] == [
        f"account {MASKED}"
    ]
    assert [str(row) for row in found(operator, "limits_app_failurecount", IP)] == [f"ip {IP}"]
    assert found(operator, "limits_app_failurecount", "+97699112") == []
    locked = operator.get(reverse("admin:limits_app_failurecount_changelist"), {"locked": "yes"})
    assert {row.label for row in locked.context["cl"].queryset} == {MASKED, IP}


@pytest.mark.requirement("F61", "L01")
def test_an_operator_unlocks_one_and_not_the_other(operator: Client, events: list[Event]) -> None:
    while may_try():
        pass
    events.clear()
    act(operator, "limits_app_failurecount", "unlock", FailureCount.objects.get(kind="account"))
    assert told(events) == [("account.unlocked", MASKED, "operator")]
    assert may_try(ip=OTHER_IP)
    assert not may_try(OTHER_PHONE, IP)


@pytest.mark.requirement("F61")
def test_a_detail_page_has_no_form_and_no_hash(operator: Client) -> None:
    may_try()
    row = FailureCount.objects.get(kind="account")
    page = operator.get(reverse("admin:limits_app_failurecount_change", args=[row.pk])).content.decode()
    assert MASKED in page
    assert row.key_hash not in page
    assert 'name="_save"' not in page


@pytest.mark.requirement("F61")
def test_whoever_may_only_look_unlocks_nothing(client: Client) -> None:
    while may_try():
        pass
    person = User.objects.create(phone=OTHER_PHONE, is_staff=True)
    person.user_permissions.add(Permission.objects.get(codename="view_failurecount"))
    sign_in_as(client, person)
    act(client, "limits_app_failurecount", "unlock", FailureCount.objects.get(kind="account"))
    assert not may_try(ip=OTHER_IP)


@pytest.mark.requirement("F61", "G08")
def test_budgets_are_shown_with_what_is_used_now_and_can_be_given_back(operator: Client) -> None:
    spend([Limit("sms.phone", PHONE, 3, 600, amount=2), Limit("sms.ip", IP, 10, 600)])
    page = listing(operator, "limits_app_spending")
    assert MASKED in page
    assert IP in page
    assert "99112233" not in page
    for text in ("sms.phone", PHONE, "+976 9911 2233"):
        assert [row.name for row in found(operator, "limits_app_spending", text)] == ["sms.phone"]  # type: ignore[attr-defined]
    assert [row.name for row in found(operator, "limits_app_spending", IP)] == ["sms.ip"]  # type: ignore[attr-defined]
    act(operator, "limits_app_spending", "give_back", Spending.objects.get(name="sms.phone"))
    assert (used("sms.phone", PHONE, 600), used("sms.ip", IP, 600)) == (0, 1)


@pytest.mark.requirement("F61", "L01", "L03")
def test_an_operator_blocks_and_unblocks(operator: Client, events: list[Event]) -> None:
    form = {"kind": "phone", "key": "+976 9911 2233", "until_0": "", "until_1": "", "reason": "asked for it"}
    assert operator.post(reverse("admin:limits_app_block_add"), form).status_code == 302
    assert is_blocked("phone", PHONE)
    page = listing(operator, "limits_app_block")
    assert MASKED in page
    assert "99112233" not in page
    row = Block.objects.get()
    assert found(operator, "limits_app_block", PHONE) == [row]
    assert found(operator, "limits_app_block", "asked") == [row]
    detail = operator.get(reverse("admin:limits_app_block_change", args=[row.pk]))
    assert detail.status_code == 200
    assert 'name="_save"' not in detail.content.decode()
    operator.post(reverse("admin:limits_app_block_delete", args=[row.pk]), {"post": "yes"})
    assert not is_blocked("phone", PHONE)
    names = [event.name for event in events if event.name.startswith("limit.")]
    assert names == ["limit.blocked", "limit.unblocked"]
    assert "99112233" not in str(events)


@pytest.mark.requirement("F61")
def test_several_blocks_are_taken_away_at_once(operator: Client, events: list[Event]) -> None:
    for kind, key in (("country", "MN"), ("ip", IP)):
        operator.post(reverse("admin:limits_app_block_add"), {"kind": kind, "key": key})
    url = reverse("admin:limits_app_block_changelist")
    rows = [str(pk) for pk in Block.objects.values_list("pk", flat=True)]
    operator.post(url, {"action": "delete_selected", "_selected_action": rows, "post": "yes"})
    assert not Block.objects.exists()
    assert [event.name for event in events].count("limit.unblocked") == 2


@pytest.mark.parametrize(
    ("kind", "key"),
    [
        ("phone", "99"),
        ("phone", "Bat"),
        ("ip", "somewhere"),
        ("country", "Mongolia"),
        ("number_block", "x"),
        ("", "x"),
    ],
)
def test_a_key_that_is_none_is_refused_with_an_example(operator: Client, kind: str, key: str) -> None:
    response = operator.post(reverse("admin:limits_app_block_add"), {"kind": kind, "key": key})
    assert response.status_code == 200
    assert response.context["errors"]
    assert not Block.objects.exists()


@pytest.mark.requirement("F61", "L03")
def test_axes_log_tells_who_failed_without_the_number(sign_in: SignIn) -> None:
    sign_in()
    sign_in(ip=OTHER_IP)
    sign_in(OTHER_PHONE, RIGHT)
    for model in (AccessAttempt, AccessFailureLog, AccessLog):
        stored = str(list(model.objects.values()))
        assert "99112233" not in stored
        assert "99445566" not in stored
    assert AccessAttempt.objects.filter(username__startswith=MASKED).count() == 2
    assert AccessFailureLog.objects.count() == 2
    assert AccessLog.objects.get().username.startswith("+976••••••66")


@pytest.mark.requirement("F61", "L03")
@pytest.mark.parametrize("name", ["axes_accessattempt", "axes_accessfailurelog", "axes_accesslog"])
def test_axes_log_is_found_by_number_or_address(operator: Client, name: str) -> None:
    model = {"attempt": AccessAttempt, "failurelog": AccessFailureLog, "log": AccessLog}[
        name.removeprefix("axes_access")
    ]
    AccessLog.objects.all().delete()
    extra = {"failures_since_start": 1} if model is AccessAttempt else {}
    for phone, ip in ((PHONE, IP), (OTHER_PHONE, OTHER_IP)):
        model.objects.create(username=logged_name(phone), ip_address=ip, user_agent="a browser", **extra)
    for text in (PHONE, "+976 9911 2233", IP):
        (row,) = found(operator, name, text)
        assert row.ip_address == IP  # type: ignore[attr-defined]
    page = operator.get(reverse(f"admin:{name}_change", args=[row.pk])).content.decode()  # type: ignore[attr-defined]
    assert MASKED in page
    assert "99112233" not in page


def test_an_older_entry_with_a_full_number_is_shown_masked(operator: Client) -> None:
    AccessAttempt.objects.create(username=PHONE, ip_address=IP, user_agent="x", failures_since_start=3)
    page = listing(operator, "axes_accessattempt")
    assert MASKED in page
    assert "99112233" not in page


def test_signing_out_is_noted_in_the_log(client: Client) -> None:
    user = User.objects.create(phone=PHONE)
    client.force_login(user, backend="django.contrib.auth.backends.ModelBackend")
    assert AccessLog.objects.get().logout_time is None
    client.logout()
    assert AccessLog.objects.get().logout_time is not None
