"""Forged tokens by name. `Forge` starts from a genuine token, so that only the named thing is wrong with each."""

import base64
import hashlib
import hmac
import json
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import jwt
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec, rsa

from jwt_app.keys import active_key, jwks

ISSUER = "http://testserver"
EVIL = "https://evil.example/keys.json"
FOREIGN_RSA = rsa.generate_private_key(65537, 2048)
FOREIGN_EC = ec.generate_private_key(ec.SECP256R1())


def b64(value: object) -> str:
    raw = value if isinstance(value, bytes) else json.dumps(value).encode()
    return base64.urlsafe_b64encode(raw).rstrip(b"=").decode()


@dataclass(frozen=True)
class Forge:
    """A genuine RS256 token taken apart."""

    token: str
    header: dict[str, Any]
    claims: dict[str, Any]

    @classmethod
    def of(cls, token: str) -> "Forge":
        header, payload = (json.loads(base64.urlsafe_b64decode(part + "==")) for part in token.split(".")[:2])
        return cls(token, header, payload)

    def signed(self, header: object = None, payload: object = None) -> str:
        """With a *good* signature of our own key over whatever stands in header and payload."""
        head = b64(self.header if header is None else header)
        body = b64(self.claims if payload is None else payload)
        key: Any = active_key("RS256").private
        return f"{head}.{body}.{b64(jwt.get_algorithm_by_name('RS256').sign(f'{head}.{body}'.encode(), key))}"

    def with_header(self, **members: object) -> str:
        return self.signed({**self.header, **members})

    def without_header(self, name: str) -> str:
        return self.signed({key: value for key, value in self.header.items() if key != name})

    def with_claims(self, **claims: object) -> str:
        return self.signed(None, {**self.claims, **claims})

    def without_claim(self, name: str) -> str:
        return self.signed(None, {key: value for key, value in self.claims.items() if key != name})

    def with_text(self, more: str) -> str:
        """With JSON text put in before the payload's last brace."""
        return self.signed(None, (json.dumps(self.claims)[:-1] + more + "}").encode())

    def hmac_with(self, secret: bytes, alg: str = "HS256", **members: object) -> str:
        signing_input = f"{b64({**self.header, 'alg': alg, **members})}.{b64(self.claims)}"
        return f"{signing_input}.{b64(hmac.new(secret, signing_input.encode(), hashlib.sha256).digest())}"

    def parts(self) -> list[str]:
        return self.token.split(".")

    def now(self) -> int:
        return int(self.claims["iat"])


Make = Callable[[Forge], str]


def _public(encoding: serialization.Encoding, form: serialization.PublicFormat) -> bytes:
    return active_key("RS256").public.public_bytes(encoding, form)


PEM, DER = serialization.Encoding.PEM, serialization.Encoding.DER
SPKI, PKCS1 = serialization.PublicFormat.SubjectPublicKeyInfo, serialization.PublicFormat.PKCS1

ALGORITHM: dict[str, Make] = {
    **{
        f"alg {name}": lambda forge, name=name: (  # type: ignore[misc]  # the name is bound by its default
            f"{b64({**forge.header, 'alg': name})}.{b64(forge.claims)}."
        )
        for name in ("none", "NONE", "nOnE", "None", "", "null")
    },
    **{
        f"alg {name} with our own signature": lambda forge, name=name: forge.with_header(alg=name)  # type: ignore[misc]
        for name in (
            "none",
            "HS256",
            "HS384",
            "RS384",
            "RS512",
            "PS256",
            "ES256",
            "EdDSA",
            "ES256K",
            "rs256",
            "RS256 ",
        )
    },
    "alg null": lambda forge: forge.with_header(alg=None),
    "alg a list": lambda forge: forge.with_header(alg=["RS256"]),
    "HS256 with our PEM as secret": lambda forge: forge.hmac_with(_public(PEM, SPKI)),
    "HS256 with our PEM, stripped": lambda forge: forge.hmac_with(_public(PEM, SPKI).strip()),
    "HS256 with our PKCS 1 PEM": lambda forge: forge.hmac_with(_public(PEM, PKCS1)),
    "HS256 with our DER as secret": lambda forge: forge.hmac_with(_public(DER, SPKI)),
    "HS256 with our JWK as secret": lambda forge: forge.hmac_with(json.dumps(jwks()["keys"][0]).encode()),
    "HS256 with our compact JWK": lambda forge: forge.hmac_with(
        json.dumps(jwks()["keys"][0], separators=(",", ":"), sort_keys=True).encode()
    ),
    "HS256 with our JWKS as secret": lambda forge: forge.hmac_with(json.dumps(jwks()).encode()),
    "HS256 with our modulus": lambda forge: forge.hmac_with(jwks()["keys"][0]["n"].encode()),
    "HS256 with an empty secret": lambda forge: forge.hmac_with(b""),
    "HS256 with the kid as secret": lambda forge: forge.hmac_with(forge.header["kid"].encode()),
    "RS256 header over an HMAC": lambda forge: forge.hmac_with(_public(PEM, SPKI), alg="RS256"),
    "HS256 for an app that does not exist": lambda forge: forge.hmac_with(
        b"k" * 32, kid="hs-00000000-0000-7000-8000-000000000000-1-aa9a"
    ),
    "signature missing": lambda forge: ".".join(forge.parts()[:2]),
    "signature empty": lambda forge: ".".join(forge.parts()[:2]) + ".",
    "signature zero": lambda forge: ".".join(forge.parts()[:2]) + "." + b64(bytes(256)),
    "signature short": lambda forge: forge.token[:-8],
    "signature of another token": lambda forge: (
        ".".join(forge.parts()[:2]) + "." + forge.with_claims(sub="x").split(".")[2]
    ),
    "signed by a foreign key": lambda forge: jwt.encode(
        forge.claims, FOREIGN_RSA, "RS256", headers={"kid": forge.header["kid"], "typ": forge.header["typ"]}
    ),
}

HEADER: dict[str, Make] = {
    "jku": lambda forge: forge.with_header(jku=EVIL),
    "x5u": lambda forge: forge.with_header(x5u=EVIL),
    "x5c": lambda forge: forge.with_header(x5c=["MIIB"]),
    "x5t": lambda forge: forge.with_header(x5t="AAAA"),
    "jwk": lambda forge: forge.with_header(jwk=jwks()["keys"][0]),
    "jwk of the attacker": lambda forge: jwt.encode(
        forge.claims,
        FOREIGN_EC,
        "ES256",
        headers={
            "jwk": json.loads(jwt.algorithms.ECAlgorithm.to_jwk(FOREIGN_EC.public_key())),
            "typ": "at+jwt",
        },
    ),
    "crit unknown": lambda forge: forge.with_header(
        crit=["http://example.com/x"], **{"http://example.com/x": 1}
    ),
    "crit empty": lambda forge: forge.with_header(crit=[]),
    "crit known": lambda forge: forge.with_header(crit=["exp"], exp=1),
    "crit b64": lambda forge: forge.with_header(crit=["b64"], b64=False),
    "zip": lambda forge: forge.with_header(zip="DEF"),
    "cty": lambda forge: forge.with_header(cty="JWT"),
    "a token in a token": lambda forge: forge.signed({**forge.header, "cty": "JWT"}, forge.token.encode()),
    "a token as payload": lambda forge: forge.signed(None, forge.token.encode()),
    "kid missing": lambda forge: forge.without_header("kid"),
    "kid a path": lambda forge: forge.with_header(kid="../../../../dev/null"),
    "kid SQL": lambda forge: forge.with_header(kid="x' UNION SELECT 'secret'--"),
    "kid a list": lambda forge: forge.with_header(kid=[forge.header["kid"]]),
    "kid null": lambda forge: forge.with_header(kid=None),
    "kid with NUL": lambda forge: forge.with_header(kid=forge.header["kid"] + "\x00"),
    "kid surrogate": lambda forge: forge.with_header(kid="\ud800"),
    "typ missing": lambda forge: forge.without_header("typ"),
    "typ logout+jwt": lambda forge: forge.with_header(typ="logout+jwt"),
    "typ of the other token": lambda forge: forge.with_header(
        typ="JWT" if forge.header["typ"] == "at+jwt" else "at+jwt"
    ),
    "typ in capitals": lambda forge: forge.with_header(typ=forge.header["typ"].swapcase()),
    "typ with application/": lambda forge: forge.with_header(typ="application/" + forge.header["typ"]),
    "header twice alg": lambda forge: forge.signed(
        json.dumps(forge.header)[:-1].encode() + b', "alg": "RS256"}'
    ),
    "header a list": lambda forge: forge.signed([forge.header]),
    "header a text": lambda forge: forge.signed("x"),
    "header no JSON": lambda forge: forge.signed(b"{"),
}

ODD_AUDIENCES: tuple[object, ...] = (
    [], None, {}, 1, True, [1], [None], [[ISSUER]], {"a": ISSUER}, [ISSUER, 1],
)  # fmt: skip
ODD_TIMES: tuple[object, ...] = (None, True, 1.5, "9999999999", "1e400", [9999999999], {})
CLAIMS: dict[str, Make] = {
    **{
        f"iss {value!r}": lambda forge, value=value: forge.with_claims(iss=value)  # type: ignore[misc]
        for value in (
            f"{ISSUER}/", f"{ISSUER}.evil.example", ISSUER[:-1], "testserver", ISSUER.upper(), "", None, 0,
            [ISSUER], {"iss": ISSUER}, f" {ISSUER}", f"{ISSUER}\x00", f"{ISSUER}@evil.example", f"https{ISSUER[4:]}",
        )
    },
    **{
        f"aud {value!r}": lambda forge, value=value: forge.with_claims(aud=value)  # type: ignore[misc]
        for value in ODD_AUDIENCES
    },
    **{f"{name} missing": lambda forge, name=name: forge.without_claim(name) for name in ("iss", "aud", "exp", "iat")},  # type: ignore[misc]
    **{
        f"{name} {value!r}": lambda forge, name=name, value=value: forge.with_claims(**{name: value})  # type: ignore[misc]
        for name in ("exp", "iat", "nbf")
        for value in ODD_TIMES
    },
    "iat of 400 digits": lambda forge: forge.with_claims(iat=10**400),
    "nbf of 400 digits": lambda forge: forge.with_claims(nbf=10**400),
    "iat in the future": lambda forge: forge.with_claims(iat=forge.now() + 90),
    "nbf in the future": lambda forge: forge.with_claims(nbf=forge.now() + 90),
    "exp as float": lambda forge: forge.with_text(', "exp": 9e9'),
    "exp infinite": lambda forge: forge.signed(
        None, json.dumps({**forge.claims, "exp": 0}).replace('"exp": 0', '"exp": Infinity').encode()
    ),
}  # fmt: skip

ENCODING: dict[str, Make] = {
    "sub twice": lambda forge: forge.with_text(', "sub": "admin"'),
    "a nested member twice": lambda forge: forge.with_text(', "x": {"a": 1, "a": 2}'),
    "NaN": lambda forge: forge.with_text(', "x": NaN'),
    "a number of 5,000 digits": lambda forge: forge.with_text(', "x": ' + "9" * 5000),
    "lists 2,500 deep": lambda forge: forge.with_text(', "x": ' + "[" * 2500 + "]" * 2500),
    "objects 900 deep": lambda forge: forge.with_text(', "x": ' + '{"a":' * 900 + "1" + "}" * 900 + "x"),
    "text behind the JSON": lambda forge: forge.signed(None, json.dumps(forge.claims).encode() + b"x"),
    "payload a list": lambda forge: forge.signed(None, [forge.claims]),
    "payload null": lambda forge: forge.signed(None, b"null"),
    "payload empty": lambda forge: forge.signed(None, b""),
    "payload UTF-16": lambda forge: forge.signed(None, json.dumps(forge.claims).encode("utf-16")),
    "payload with a BOM": lambda forge: forge.signed(
        None, b"\xef\xbb\xbf" + json.dumps(forge.claims).encode()
    ),
    "payload no UTF-8": lambda forge: forge.signed(None, b'{"a": "\xff\xfe"}'),
    "oversize": lambda forge: forge.with_claims(more="x" * 9000),
    "padded": lambda forge: forge.token + "=",
    "padded twice": lambda forge: forge.token + "==",
    "padded payload": lambda forge: ".".join([forge.parts()[0], forge.parts()[1] + "==", forge.parts()[2]]),
    "four parts": lambda forge: forge.token + ".AAAA",
    "five parts": lambda forge: forge.token + ".AAAA.AAAA",
    "one part": lambda forge: forge.token.replace(".", ""),
    "other dots": lambda forge: forge.token.replace(".", "\u3002"),
    "full-width letter": lambda forge: "\uff45" + forge.token[1:],
    "NUL inside": lambda forge: forge.token[:20] + "\x00" + forge.token[20:],
    "line break inside": lambda forge: forge.token[:20] + "\n" + forge.token[20:],
    "standard alphabet": lambda forge: forge.token.replace("-", "+").replace("_", "/") + "+/",
    "JSON serialization": lambda forge: json.dumps(
        dict(zip(("protected", "payload", "signature"), forge.parts(), strict=True))
    ),
    "unused bits set": lambda forge: forge.token[:-1] + _next_letter(forge.token[-1]),
    "capitals": lambda forge: forge.token.upper(),
}


def _next_letter(letter: str) -> str:
    """The letter whose bits differ in the last place: 342 characters carry 256 bytes and four unused bits."""
    alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"
    return alphabet[alphabet.index(letter) ^ 1]
