"""HS256 for clients that cannot do better: a key per client, derived from the master key, never stored.

Its text is shown once, like a secret, and the key is the text's octets (OIDC Core §10.1): where no secret was given,
the text is the client's secret as well, and an ordinary library needs nothing else to verify an ID token. The kid
names client, version and master key: `hs-<public id>-<version>-<master key id>`.
"""

import base64
import re
import uuid

from django.db import transaction
from django.utils import timezone

from core_app import keyring
from core_app.caller import Caller
from custom_scopes_and_policies_app.client_secrets import is_right_secret, new_secret, store_secret
from custom_scopes_and_policies_app.models import Application
from custom_scopes_and_policies_app.signals import client_key_changed
from jwt_app.errors import NoActiveKey
from jwt_app.keys import ensure_active_key
from jwt_app.shared_keys import HS256, SharedKey

PURPOSE = "client-signing-key"
KID = re.compile(
    r"hs-(?P<client>[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})-(?P<version>[1-9][0-9]{0,5})-(?P<master>[0-9a-f]{4})",
    re.ASCII,
)


class KeyChangedMeanwhile(Exception):
    """Somebody else gave the client a new key at the same moment; theirs stands."""


def prepare_signing(client: Application) -> None:
    """See to it that tokens of a new or changed client can be signed: call it before the client is saved."""
    if client.algorithm != HS256:
        ensure_active_key(algorithm=str(client.algorithm))
    elif not client.hs_key:
        client.hs_key = _name(1)


def next_secret(client: Application) -> str:
    """The secret to give a client next: with HS256 its key's text, until that is one of its secrets; else random."""
    if client.algorithm == HS256 and not is_right_secret(key_text(client), client.client_secrets):
        return key_text(client)
    return new_secret()


def key_text(client: Application) -> str:
    """The shared key as its owner stores it. Show it once. Raises NoActiveKey when the client has none."""
    return shared_key_of(client).secret.decode()


def shared_key_of(client: Application) -> SharedKey:
    """The key that signs this client's tokens. Raises NoActiveKey when its master key is gone, or it has none."""
    key = find_shared_key(kid_of(client))
    if key is None:
        raise NoActiveKey(HS256)
    return key


def kid_of(client: Application) -> str:
    return f"hs-{client.public_id}-{client.hs_key}"


def find_shared_key(kid: str) -> SharedKey | None:
    """The key a kid names, computed and not looked up; whether it is anybody's key today is asked later."""
    parts = KID.fullmatch(kid)
    if parts is None:
        return None
    client, version = uuid.UUID(parts["client"]), int(parts["version"])
    try:
        raw = keyring.mac(PURPOSE, client.bytes, version.to_bytes(4, "big"), key_id=parts["master"])
    except keyring.SealBroken:
        return None
    return SharedKey(kid=kid, secret=base64.urlsafe_b64encode(raw).rstrip(b"="))


def rotate_client_key(
    *, client: Application, user_id: int | None = None, caller: Caller | None = None
) -> str:
    """Give an HS256 client a new key; returns its text, once. What the old key signed is refused from now on.

    The text is a further secret of the client, too; the older secrets still authenticate. Raises
    KeyChangedMeanwhile, and ValueError for a client of another algorithm.
    """
    if client.algorithm != HS256:
        raise ValueError("only an HS256 client has a key of its own")
    before, seen = client.hs_key, client.updated
    client.hs_key = _name(int(before.partition("-")[0] or 0) + 1)
    text = key_text(client)
    client.client_secrets = [*client.client_secrets, dict(store_secret(text))]
    client.updated = timezone.now()
    with transaction.atomic():
        changed = Application.objects.filter(pk=client.pk, hs_key=before, updated=seen).update(
            hs_key=client.hs_key, client_secrets=client.client_secrets, updated=client.updated
        )
        if not changed:
            raise KeyChangedMeanwhile
        client_key_changed.emit(
            client_id=client.client_id, subject=client.hs_key, user_id=user_id, caller=caller
        )
    return text


def _name(version: int) -> str:
    """The version and the master key that the key is derived from; the next version may have another one."""
    return f"{version}-{keyring.current_key_id()}"
