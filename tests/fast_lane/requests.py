"""Requests of many kinds: good, bad and odd. Each is made anew for each entrance, because codes and tokens are used up.

`PLAIN` are those the lane answers by itself, `LEFT` those it leaves to Django.
"""

from collections.abc import Callable
from urllib.parse import urlencode

from tests.fast_lane.conftest import ORIGIN, World
from tests.fast_lane.two_entrances import Request
from tests.oauth import CALLBACK, VERIFIER

Made = Callable[[World], Request]

TOKEN, INTROSPECT, REVOKE = "/o/token/", "/o/introspect/", "/o/revoke_token/"
USERINFO, DEVICE = "/o/userinfo/", "/o/device-authorization/"
CONFIGURATION, KEYS = "/.well-known/openid-configuration", "/.well-known/jwks.json"
STRANGER = "https://evil.example"
TELL_NOBODY = "Bearer nobody.knows.it"


def get(path: str, **environ: object) -> Made:
    return lambda world: Request("GET", path, environ=environ)


def with_method(method: str, path: str, **environ: object) -> Made:
    return lambda world: Request(method, path, environ=environ)


def form(path: str, fields: dict[str, str], **environ: object) -> Made:
    return lambda world: Request("POST", path, urlencode(fields).encode(), environ)


def raw(path: str, body: bytes, **environ: object) -> Made:
    return lambda world: Request("POST", path, body, environ)


def job(**environ: object) -> Made:
    """Client credentials of the app "robot"."""
    body = b"grant_type=client_credentials&scope=read"
    return lambda world: Request("POST", TOKEN, body, {"HTTP_AUTHORIZATION": world.robot} | environ)


def exchange(**environ: object) -> Made:
    def made(world: World) -> Request:
        fields = {"grant_type": "authorization_code", "client_id": "notes", "redirect_uri": CALLBACK}
        body = urlencode({**fields, "code": world.code(), "code_verifier": VERIFIER})
        return Request("POST", TOKEN, body.encode(), environ)

    return made


def renew(world: World) -> Request:
    fields = {"grant_type": "refresh_token", "client_id": "notes"}
    body = urlencode({**fields, "refresh_token": world.tokens()["refresh_token"]})
    return Request("POST", TOKEN, body.encode())


def ask_about(name: str) -> Made:
    def made(world: World) -> Request:
        body = urlencode({"token": world.tokens()[name]}).encode()
        return Request("POST", INTROSPECT, body, {"HTTP_AUTHORIZATION": world.api})

    return made


def give_back(name: str) -> Made:
    def made(world: World) -> Request:
        return Request(
            "POST", REVOKE, urlencode({"client_id": "notes", "token": world.tokens()[name]}).encode()
        )

    return made


def read_claims(method: str = "GET", **environ: object) -> Made:
    def made(world: World) -> Request:
        bearer = {"HTTP_AUTHORIZATION": f"Bearer {world.tokens()['access_token']}"}
        return Request(method, USERINFO, environ=bearer | environ)

    return made


def post_claims(world: World) -> Request:
    return Request("POST", USERINFO, urlencode({"access_token": world.tokens()["access_token"]}).encode())


def by_api(fields: dict[str, str]) -> Made:
    return lambda world: Request(
        "POST", INTROSPECT, urlencode(fields).encode(), {"HTTP_AUTHORIZATION": world.api}
    )


REFRESH_OF_NOTES = {"grant_type": "refresh_token", "client_id": "notes", "refresh_token": "wrong"}
TWICE = b"grant_type=client_credentials&grant_type=client_credentials"

PLAIN: dict[str, Made] = {
    # Discovery and keys
    "configuration": get(CONFIGURATION),
    "configuration of OAuth": get("/.well-known/oauth-authorization-server"),
    "configuration under /o/": get("/o/.well-known/openid-configuration"),
    "keys": get(KEYS),
    "keys under /o/": get("/o/.well-known/jwks.json"),
    "HEAD": with_method("HEAD", CONFIGURATION),
    "kept copy is old": get(KEYS, HTTP_IF_NONE_MATCH='"another"'),
    "any copy of a script": get(CONFIGURATION, HTTP_ORIGIN=STRANGER),
    "preflight of discovery": with_method("OPTIONS", CONFIGURATION, HTTP_ORIGIN=STRANGER),
    "OPTIONS without origin": with_method("OPTIONS", KEYS),
    "DELETE of the keys": with_method("DELETE", KEYS),
    "POST to discovery": raw(CONFIGURATION, b"a=b"),
    # Token
    "job": job(),
    "code": exchange(),
    "code by a script": exchange(HTTP_ORIGIN=ORIGIN),
    "code by a strange script": exchange(HTTP_ORIGIN=STRANGER),
    "refresh": renew,
    "wrong refresh token": form(TOKEN, REFRESH_OF_NOTES),
    "nobody's job": form(TOKEN, {"grant_type": "client_credentials"}),
    "unknown client": form(TOKEN, {"grant_type": "client_credentials", "client_id": "nobody"}),
    "broken Basic": raw(TOKEN, b"grant_type=client_credentials", HTTP_AUTHORIZATION="Basic %%%"),
    "wrong secret": raw(TOKEN, b"grant_type=client_credentials", HTTP_AUTHORIZATION="Basic cm9ib3Q6bm8="),
    "unknown grant": form(TOKEN, {**REFRESH_OF_NOTES, "grant_type": "password"}),
    "parameter twice": raw(TOKEN, TWICE),
    "NUL": raw(TOKEN, b"grant_type=a%00"),
    "not UTF-8": raw(TOKEN, b"grant_type=%ff\xff"),
    "empty body": with_method("POST", TOKEN, CONTENT_TYPE="application/x-www-form-urlencoded"),
    "JSON": raw(TOKEN, b"{}", CONTENT_TYPE="application/json"),
    "another charset": raw(TOKEN, b"a=b", CONTENT_TYPE="application/x-www-form-urlencoded; charset=latin1"),
    "GET of tokens": get(TOKEN),
    "HEAD of tokens": with_method("HEAD", TOKEN),
    "PUT of tokens": with_method("PUT", TOKEN),
    "preflight of a script": with_method("OPTIONS", TOKEN, HTTP_ORIGIN=ORIGIN),
    "preflight of a strange script": with_method("OPTIONS", TOKEN, HTTP_ORIGIN=STRANGER),
    "longest body": raw(TOKEN, b"a" * 65_536),
    "body cut short": raw(TOKEN, b"grant_type=client_", CONTENT_LENGTH="40"),
    # The others
    "active access token": ask_about("access_token"),
    "active refresh token": ask_about("refresh_token"),
    "inactive token": by_api({"token": "nobody knows it"}),
    "introspection without token": by_api({"a": "b"}),
    "introspection by nobody": form(INTROSPECT, {"token": "x"}),
    "introspection by a public app": form(INTROSPECT, {"token": "x", "client_id": "notes"}),
    "introspection by a script": with_method("OPTIONS", INTROSPECT, HTTP_ORIGIN=ORIGIN),
    "claims": read_claims(),
    "claims by a script": read_claims(HTTP_ORIGIN=ORIGIN),
    "claims by form": post_claims,
    "HEAD of claims": read_claims("HEAD"),
    "claims of nobody": get(USERINFO),
    "claims by a wrong token": get(USERINFO, HTTP_AUTHORIZATION=TELL_NOBODY),
    "access token given back": give_back("access_token"),
    "refresh token given back": give_back("refresh_token"),
    "unknown token given back": form(REVOKE, {"client_id": "notes", "token": "x"}),
    "nothing given back": form(REVOKE, {"client_id": "notes"}),
    "device": form(DEVICE, {"client_id": "notes", "scope": "openid"}),
    "device with a wrong scope": form(DEVICE, {"client_id": "notes", "scope": "nonsense"}),
    "device of nobody": form(DEVICE, {"scope": "openid"}),
    # What every request brings
    "own request id": job(HTTP_X_REQUEST_ID="from-the-app-0123"),
    "odd request id": job(HTTP_X_REQUEST_ID="a b"),
    "long user agent": job(HTTP_USER_AGENT="ü\x1b" * 400),
    "language": job(HTTP_ACCEPT_LANGUAGE="mn,en;q=0.5"),
    "odd language": job(HTTP_ACCEPT_LANGUAGE="*;q=x"),
    "host with port": job(HTTP_HOST="testserver:8443"),
    "loud host": job(HTTP_HOST="TESTSERVER."),
    "trusted proxy": job(REMOTE_ADDR="10.0.0.7", HTTP_X_FORWARDED_FOR="203.0.113.9, 10.0.0.8"),
    "trusted proxy, HTTPS": job(
        REMOTE_ADDR="10.0.0.7", HTTP_X_FORWARDED_FOR="203.0.113.9", HTTP_X_FORWARDED_PROTO="https"
    ),
    "trusted proxy, two schemes": job(REMOTE_ADDR="10.0.0.7", HTTP_X_FORWARDED_PROTO="https , http"),
    "trusted proxy, odd hop": job(REMOTE_ADDR="10.0.0.7", HTTP_X_FORWARDED_FOR="unknown"),
    "HTTPS": job(**{"wsgi.url_scheme": "https"}),
    "no address": job(REMOTE_ADDR=""),
    "IPv6": job(REMOTE_ADDR="2001:db8::7"),
    "no length": job(CONTENT_LENGTH=None),
}

LEFT: dict[str, Made] = {
    "strange host": job(HTTP_HOST="evil.example"),
    "strange host, for people": get(CONFIGURATION, HTTP_HOST="evil.example", HTTP_ACCEPT="text/html"),
    "impossible host": job(HTTP_HOST="testserver/../x"),
    "no host": job(HTTP_HOST=None, SERVER_NAME="testserver", SERVER_PORT="80"),
    "no host of ours": job(HTTP_HOST=None),
    "proxy nobody named": job(HTTP_X_FORWARDED_FOR="203.0.113.9", HTTP_X_FORWARDED_PROTO="https"),
    "scheme from a stranger": job(HTTP_X_FORWARDED_PROTO="https"),
    "too large": raw(TOKEN, b"a" * 65_537),
    "far too large": raw(TOKEN, b"a" * 140_000),
    "far too large for a GET": raw(USERINFO, b"a" * 140_000, REQUEST_METHOD="GET"),
    "length is a word": job(CONTENT_LENGTH="all"),
    "length below nothing": job(CONTENT_LENGTH="-1"),
    "length in another script": job(CONTENT_LENGTH="\u0664\u0660"),
    "length of many digits": job(CONTENT_LENGTH="0" * 20 + "40"),
    "chunks": job(CONTENT_LENGTH=None, HTTP_TRANSFER_ENCODING="chunked"),
    "small letters": job(REQUEST_METHOD="post"),
    "unheard-of method": with_method("BREW", TOKEN),
    "query": job(QUERY_STRING="a=b"),
    "token in the address": get(USERINFO, QUERY_STRING="access_token=x"),
    "endless query": job(QUERY_STRING="a" * 20_000),
    "endless headers": job(HTTP_X_ANYTHING="a" * 40_000),
    "cookie": job(HTTP_COOKIE="session=0123456789abcdef0123456789abcdef"),
    "below a prefix": job(SCRIPT_NAME="/auth"),
    "without the slash": job(PATH_INFO="/o/token"),
    "with two slashes": job(PATH_INFO="//o/token/"),
    "in capitals": job(PATH_INFO="/O/TOKEN/"),
    "with more behind": job(PATH_INFO="/o/token/x"),
    "with a line break": job(PATH_INFO="/o/token/\n"),
    "with odd bytes": job(PATH_INFO="/o/token/\xff"),
    "nothing there": get("/o/nothing/"),
    "no path": get(""),
    "the alias": job(PATH_INFO="/api/v1/oauth/token"),
    "the alias of the claims": read_claims(PATH_INFO="/api/v1/userinfo/me"),
    "a probe": get("/health/live"),
}
