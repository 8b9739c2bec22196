"""Owns what a good answer is. A server that answers fast and wrong has no figure at all."""

import base64
import json
from typing import Any

import jwt

from bench.target import Target
from bench.wire import Response

OK = ""
"""No complaint."""

_algorithms: dict[str, str] = {}


def algorithm_of(token: str) -> str:
    """What the header of a JWT names; empty for anything else. Headers repeat, so each is read once."""
    head, dot, rest = token.partition(".")
    if not dot or rest.count(".") != 1:
        return ""
    if head not in _algorithms:
        try:
            facts = json.loads(base64.urlsafe_b64decode(head + "=" * (-len(head) % 4)))
        except ValueError:
            return ""
        _algorithms[head] = str(facts.get("alg", ""))
    return _algorithms[head]


def complaint(what: str, response: Response) -> str:
    """A sentence on an answer that is not as it has to be."""
    return f"{what}: {response[0]} {response[1][:200]!r} {response[2][:300]!r}"


def tokens(target: Target, response: Response, *, with_id_token: bool) -> tuple[str, dict[str, Any]]:
    """Complaint and content of an answer of the token endpoint: the right kind of tokens, signed as agreed."""
    if response[0] != 200:
        return complaint("no tokens", response), {}
    answer: dict[str, Any] = json.loads(response[2])
    wanted = target.algorithm if target.access_tokens == "jwt" else ""
    token = answer.get("access_token", "")
    if not token or algorithm_of(token) != wanted:
        return complaint(f"the access token is not {wanted or 'opaque'}", response), answer
    if with_id_token and algorithm_of(answer.get("id_token", "")) != target.algorithm:
        return complaint(f"the ID token is not {target.algorithm}", response), answer
    return OK, answer


def is_active(response: Response, sub: bytes) -> str:
    """Complaint about an introspection that has to say: active, and whose (RFC 7662 §2.2)."""
    body = response[2]
    is_good = response[0] == 200 and (b'"active":true' in body or b'"active": true' in body) and sub in body
    return OK if is_good else complaint("not active", response)


def tells_of(response: Response, sub: bytes) -> str:
    """Complaint about a userinfo answer that has to be about this person."""
    is_good = response[0] == 200 and b'"sub"' in response[2] and sub in response[2]
    return OK if is_good else complaint("not this person", response)


def holds(response: Response, words: bytes) -> str:
    """Complaint about a document that has to hold these words."""
    return OK if response[0] == 200 and words in response[2] else complaint("not the document", response)


def check_signatures(target: Target, key_set: bytes, answer: dict[str, Any]) -> str:
    """Verify the tokens' signatures with the published keys, and return the person's `sub`.

    Once for each person, before a measurement. Raises jwt.InvalidTokenError, and KeyError when their key is not
    published.
    """
    keys = {key.key_id: key for key in jwt.PyJWKSet.from_dict(json.loads(key_set)).keys}
    signed = [answer["id_token"]] + ([answer["access_token"]] if target.access_tokens == "jwt" else [])
    facts: list[dict[str, Any]] = []
    for token in signed:
        key = keys[jwt.get_unverified_header(token)["kid"]]
        options: Any = {"verify_aud": False}
        facts.append(jwt.decode(token, key.key, algorithms=[target.algorithm], options=options))
    return str(facts[0]["sub"])
