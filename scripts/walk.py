"""Owns one visitor's HTTP: a cookie jar, forms filled in as a browser does, exchanges told in short form."""

import json
import re
from collections.abc import Iterable, Mapping
from typing import Any, NoReturn
from urllib.parse import parse_qsl, urljoin, urlsplit

import httpx

from scripts.html_forms import Form, forms_of

Fields = Mapping[str, str]
Status = int | tuple[int, ...]
SECRET_NAMES = {
    "access_token", "refresh_token", "id_token", "id_token_hint", "token", "code_verifier", "code_challenge",
    "csrfmiddlewaretoken", "client_secret", "state", "nonce", "request", "code",
}  # fmt: skip
LONG = 60
KEPT = 8
ENDING = 4
SEE_OTHER = 303
# A GET may be sent on by either; after a POST it has to be the second (RFC 9700 §4.12).
REDIRECTS = (302, 303)


class StepFailed(Exception):
    """An answer was not what the step needs; the message says what came instead."""


class Walk:
    """Requests of one visitor to one server. `say` gets every line that should be shown."""

    def __init__(self, url: str, say: Any = print) -> None:
        self.http = httpx.Client(base_url=url, timeout=20, trust_env=False)
        self._say = say

    def get(self, path: str, *, expect: Status, **more: Any) -> httpx.Response:
        """GET, with what httpx takes besides. Raises StepFailed when the status is another."""
        return self.send("GET", path, expect=expect, **more)

    def post(self, path: str, *, expect: int, data: Any, **more: Any) -> httpx.Response:
        """POST a form body. `data` holds pairs or a mapping. Raises StepFailed when the status is another."""
        pairs = list(data.items()) if isinstance(data, Mapping) else list(data)
        body: dict[str, Any] = {}
        for name, value in pairs:
            body.setdefault(name, []).append(value)
        return self.send("POST", path, expect=expect, data=body, **more)

    def submit(self, page: httpx.Response, fields: Fields, *, expect: int = SEE_OTHER) -> httpx.Response:
        """Fill in the page's form that has these fields, and send it."""
        form = form_with(page, fields)
        kept = [(name, value) for name, value in form.data() if name not in fields]
        return self.post(target_of(page, form), expect=expect, data=[*kept, *fields.items()])

    def follow(self, answer: httpx.Response, *, expect: Status = 200) -> httpx.Response:
        """Go where a redirect points."""
        return self.get(location_of(answer), expect=expect)

    def send(self, method: str, path: str, *, expect: Status, **more: Any) -> httpx.Response:
        """One request, told and checked."""
        request = self.http.build_request(
            method, path, **{key: value for key, value in more.items() if key != "auth"}
        )
        self._say(f"   {method} {shown_url(str(request.url))}{_shown_body(more.get('data'))}")
        answer = self.http.send(request, auth=more.get("auth", httpx.USE_CLIENT_DEFAULT))
        self._say(f"   {shown_answer(answer)}")
        if answer.status_code not in (expect if isinstance(expect, tuple) else (expect,)):
            fail(f"{method} {urlsplit(path).path} answered {answer.status_code} instead of {expect}", answer)
        return answer


def fail(message: str, answer: httpx.Response | None = None) -> NoReturn:
    """End the step. The start of a text answer is part of the message."""
    body = "" if answer is None else f": {' '.join(_visible(answer.text).split())[:300]}"
    raise StepFailed(message + body)


def form_with(page: httpx.Response, names: Iterable[str]) -> Form:
    """The page's form that has all these controls. Raises StepFailed when none has."""
    wanted = set(names)
    for form in forms_of(page.text):
        if wanted <= form.names():
            return form
    fail(f"{page.url.path} has no form with {', '.join(sorted(wanted))}", page)


def target_of(page: httpx.Response, form: Form) -> str:
    """Where the form goes."""
    return urljoin(str(page.url), form.action or str(page.url))


def location_of(answer: httpx.Response) -> str:
    """The absolute address a redirect points at. Raises StepFailed when it is none."""
    if "location" not in answer.headers:
        fail(f"{answer.url.path} does not redirect", answer)
    return urljoin(str(answer.url), answer.headers["location"])


def query_of(url: str) -> dict[str, str]:
    """The parameters of an address."""
    return dict(parse_qsl(urlsplit(url).query, keep_blank_values=True))


def shown_url(url: str) -> str:
    """Path and parameters, with long and secret values cut."""
    parts = urlsplit(url)
    query = "&".join(
        f"{name}={cut(name, value)}" for name, value in parse_qsl(parts.query, keep_blank_values=True)
    )
    return parts.path + (f"?{query}" if query else "")


def shown_answer(answer: httpx.Response) -> str:
    """Status and what matters of the rest: where to, which JSON, which page."""
    head = f"→ {answer.status_code}"
    if "location" in answer.headers:
        return f"{head} to {shown_url(location_of(answer))}"
    if answer.content and "json" in answer.headers.get("content-type", ""):
        return f"{head} {json.dumps(shortened(answer.json()), ensure_ascii=False)}"
    title = re.search(r"<title>(.*?)</title>", answer.text, re.DOTALL)
    return f"{head} {' '.join(title[1].split())}" if title else head


def shortened(value: Any, name: str = "") -> Any:
    """JSON with every long or secret text cut."""
    if isinstance(value, dict):
        return {key: shortened(item, key) for key, item in value.items()}
    if isinstance(value, list):
        return [shortened(item, name) for item in value]
    return cut(name, value) if isinstance(value, str) else value


def cut(name: str, value: str) -> str:
    """A text short enough for a line. Passwords disappear."""
    if name == "password":
        return "•••"
    if len(value) <= KEPT + ENDING or (len(value) <= LONG and name not in SECRET_NAMES):
        return value
    return f"{value[:KEPT]}…{value[-ENDING:]}"


def _shown_body(data: Mapping[str, list[str]] | None) -> str:
    pairs = [(name, value) for name, values in (data or {}).items() for value in values]
    text = " ".join(f"{name}={cut(name, value)}" for name, value in pairs if name != "csrfmiddlewaretoken")
    return f"   {text}" if text else ""


def _visible(text: str) -> str:
    return re.sub(r"<(script|style|head).*?</\1>|<[^>]+>", " ", text, flags=re.DOTALL)
