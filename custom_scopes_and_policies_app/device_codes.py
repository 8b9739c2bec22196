"""The two codes of a device authorization (RFC 8628 §3.2): one the device keeps, one a person types."""

import hashlib
import secrets

from core_app.keyring import mac, ring

# RFC 8628 §6.1: consonants only, so that no code is a word and no letter looks like a digit. Eight make 34 bits.
ALPHABET = "BCDFGHJKLMNPQRSTVWXZ"
USER_CODE_LENGTH = 8
HALF = USER_CODE_LENGTH // 2
PURPOSE = "device-user-code"
# Cyrillic keys whose letters look like these: whoever types what they see on the device is understood.
LOOK_ALIKES = str.maketrans("ВСНКМРТХ", "BCHKMPTX")  # noqa: RUF001


def new_device_code() -> str:
    """What the device polls with: 256 random bits."""
    return secrets.token_urlsafe(32)


def new_user_code() -> str:
    """Eight random letters, in their normal form (without the hyphen)."""
    return "".join(secrets.choice(ALPHABET) for _ in range(USER_CODE_LENGTH))


def normal_user_code(text: str) -> str:
    """The normal form of what was typed: capitals, nothing between them. "" when it cannot be a user code."""
    letters = text.upper().translate(LOOK_ALIKES)
    code = "".join(letter for letter in letters if letter in ALPHABET)
    return code if len(code) == USER_CODE_LENGTH else ""


def shown_user_code(code: str) -> str:
    """The form that devices and pages show: `WDJB-MJHT`."""
    return f"{code[:HALF]}-{code[HALF:]}"


def hash_device_code(code: str) -> str:
    """What is kept of a device code (A13): SHA-256 is enough for 256 random bits."""
    return hashlib.sha256(b"device-code:" + code.encode()).hexdigest()


def hash_user_code(code: str, *, key_id: str = "") -> str:
    """What is kept of a user code. Keyed: 34 bits without a key would be found by trying all of them."""
    return mac(PURPOSE, code.encode(), key_id=key_id).hex()


def user_code_hashes(code: str) -> list[str]:
    """The digest under every master key of the ring: a change of keys must not lose the codes under way."""
    return [hash_user_code(code, key_id=master.key_id) for master in ring()]
