"""Whatever is sent, the answer is a problem document that says what is wrong, and never a 500."""

import json
from typing import Any

import pytest

from tests.phone_api.app import PASSWORD, PHONE, PhoneApp, assert_problem, codes_sent_to
from tests.short_codes import stands_in

PATHS = ["register", "verify-otp", "set-password", "user-info", "login"]
JSON = "application/json"
SESSION = "0b0f6f3e-7a44-4a3e-9a43-0c8d2b7f4f5e"


def send(phone_app: PhoneApp, path: str, body: bytes | str, media_type: str = JSON) -> Any:
    return phone_app.client.post(f"/api/{path}/", body, content_type=media_type)


@pytest.mark.parametrize(
    "body",
    [
        b"{", b"nothing", b'{"a": NaN}', b'{"code": 1, "code": 2}', b"\xff\xfe{}", b"[" * 5000,
        b'{"session_id": ' + b"9" * 5000 + b"}",
    ],
)  # fmt: skip
def test_what_is_no_json_is_refused(phone_app: PhoneApp, body: bytes) -> None:
    for path in PATHS:
        assert_problem(send(phone_app, path, body), 400, "invalid_json")


@pytest.mark.parametrize("body", ["", "{}", "[]", "null", "1", '"text"', "true"])
def test_what_is_no_object_with_the_fields_is_refused(phone_app: PhoneApp, body: str) -> None:
    for path in PATHS:
        answer = send(phone_app, path, body)
        assert answer.json()["errors"]
        assert_problem(answer, 422, "invalid_fields", *answer.json()["errors"])


def test_a_number_of_another_type_is_refused(phone_app: PhoneApp) -> None:
    values: list[Any] = [None, 1, 1.5, True, [], {}, [PHONE], {"a": 1}, "", "x" * 5000, "\ud800"]
    for value in values:
        answer = phone_app.post("register", mobile_number=value)
        assert_problem(answer, 422, "invalid_fields", "mobile_number")


def test_a_session_id_of_another_form_is_refused(phone_app: PhoneApp) -> None:
    values: list[Any] = [None, 1, [], {}, "", "no-uuid", SESSION + "0", "\u0000"]
    for value in values:
        answer = phone_app.post("login", session_id=value, password=PASSWORD)
        assert_problem(answer, 422, "invalid_fields", "session_id")


@pytest.mark.parametrize("code", ["", "12345", "1234567", "12345a", "\u0000" * 6, 123456, None, ["123456"]])
def test_a_code_of_another_form_costs_no_try(phone_app: PhoneApp, code: Any) -> None:
    session_id = phone_app.begin()
    answer = phone_app.post("verify-otp", session_id=session_id, code=code)
    assert_problem(answer, 422, "invalid_fields", "code")
    right = codes_sent_to(PHONE)[-1]
    assert (
        phone_app.post("verify-otp", session_id=session_id, code=f" {right[:3]}-{right[3:]} ").status_code
        == 200
    )


@pytest.mark.parametrize(
    "profile",
    [
        {"email": 1}, {"email": "a@b"}, {"email": "x" * 300 + "@example.com"}, {"first_name": ["Ali"]},
        {"first_name": "A" * 101}, {"last_name": "a\nb"}, {"last_name": "a\u0000b"}, {"first_name": "\udfff"},
    ],
)  # fmt: skip
def test_a_profile_that_cannot_be_is_refused_by_field(phone_app: PhoneApp, profile: dict[str, Any]) -> None:
    session_id = phone_app.choose_password()
    answer = phone_app.post("user-info", session_id=session_id, **profile)
    assert_problem(answer, 422, "invalid_fields", *profile)


def test_unknown_and_missing_fields_are_named_in_plain_words(phone_app: PhoneApp) -> None:
    answer = phone_app.post("login", password=PASSWORD, is_staff=True)
    document = assert_problem(answer, 422, "invalid_fields", "session_id", "is_staff")
    assert document["errors"] == {
        "session_id": ["This field is required."],
        "is_staff": ["This field is not known here."],
    }
    assert document["detail"] == "Some fields are missing or not right: session_id, is_staff."
    assert "pydantic" not in answer.content.decode()


def test_the_words_are_those_of_the_caller_s_language(phone_app: PhoneApp) -> None:
    header: Any = {"HTTP_ACCEPT_LANGUAGE": "mn"}
    answer = phone_app.client.post("/api/login/", "{}", content_type=JSON, **header)
    assert_problem(answer, 422, "invalid_fields", "session_id", "password")


@pytest.mark.parametrize(
    "number", ["+353871234567;ext=5", "+1 800 FLOWERS", "+881612345678", "12", "DROP TABLE"]
)
@pytest.mark.requirement("G09")
def test_a_number_that_cannot_be_used_is_refused(phone_app: PhoneApp, number: str) -> None:
    answer = phone_app.register(number)
    assert_problem(answer, 400, "invalid_phone", "mobile_number")
    assert number not in answer.content.decode()


@pytest.mark.parametrize(
    "media_type", ["application/x-www-form-urlencoded", "text/plain", "multipart/form-data"]
)
@pytest.mark.requirement("J01")
def test_only_json_is_read_so_a_foreign_page_cannot_send_it(phone_app: PhoneApp, media_type: str) -> None:
    body = json.dumps({"mobile_number": PHONE})
    assert_problem(send(phone_app, "register", body, media_type), 415, "unsupported_media_type")
    assert codes_sent_to(PHONE) == []


def test_a_body_that_is_too_large_is_not_read(phone_app: PhoneApp) -> None:
    body = json.dumps({"mobile_number": "9" * 200_000})
    assert_problem(send(phone_app, "register", body), 413, "body_too_large")


@pytest.mark.parametrize("method", ["get", "put", "patch", "delete"])
def test_another_method_is_told_which_one_to_use(phone_app: PhoneApp, method: str) -> None:
    for path in PATHS:
        answer = getattr(phone_app.client, method)(f"/api/{path}/")
        assert_problem(answer, 405, "method_not_allowed")
        assert answer["Allow"] == "POST"


@pytest.mark.parametrize("path", ["/api/", "/api/nothing/", "/api/register", "/api/v1/nothing"])
def test_an_address_with_nothing_behind_it_is_a_problem_too(phone_app: PhoneApp, path: str) -> None:
    assert_problem(phone_app.client.post(path, "{}", content_type=JSON), 404, "not_found")


@pytest.mark.parametrize(
    "device_id", ["short", "x" * 129, "with blanks in it 1", 1, "a\u0000aaaaaaaaaaaaaaaaaa"]
)
def test_a_device_id_has_one_form(phone_app: PhoneApp, device_id: Any) -> None:
    assert_problem(phone_app.register(device_id=device_id), 422, "invalid_fields", "device_id")


def test_a_device_id_in_the_header_has_the_same_form(phone_app: PhoneApp) -> None:
    header: Any = {"HTTP_DEVICE_ID": "short"}
    answer = phone_app.client.post("/api/register/", {"mobile_number": PHONE}, content_type=JSON, **header)
    assert_problem(answer, 422, "invalid_fields", "Device-Id")


@pytest.mark.requirement("G12", "L03")
def test_no_answer_or_log_line_holds_what_is_secret(
    phone_app: PhoneApp, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level("DEBUG")
    session_id = phone_app.begin()
    code = codes_sent_to(PHONE)[-1]
    answers = [
        phone_app.post("verify-otp", session_id=session_id, code=code),
        phone_app.post("verify-otp", session_id=session_id, code=code),
        phone_app.post("set-password", session_id=session_id, password="short"),
        phone_app.post("set-password", session_id=session_id, password=PASSWORD),
    ]
    said = caplog.text + "".join(answer.content.decode() for answer in answers)
    assert not stands_in(said, code)
    assert PASSWORD not in said
    assert PHONE not in said
