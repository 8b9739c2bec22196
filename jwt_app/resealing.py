"""A new master key: signing keys sealed with an older one are sealed anew, so that the old one can go."""

from core_app import keyring
from core_app.caller import Caller
from core_app.transactions import run_in_transaction
from jwt_app import signals
from jwt_app.errors import UnsuitableKey
from jwt_app.keys import forget_cached_keys
from jwt_app.models import SigningKey
from jwt_app.sealing import reseal_row


def reseal(*, user_id: int | None = None, caller: Caller | None = None) -> int:
    """Seal every key with the current master key; how many were sealed with an older one.

    Raises UnsuitableKey when one cannot be opened: its master key is not in MASTER_KEYS. Nothing has changed then.
    """
    count = run_in_transaction(lambda: _reseal_all(user_id, caller))
    forget_cached_keys()
    return count


def _reseal_all(user_id: int | None, caller: Caller | None) -> int:
    count = sum(_reseal(row) for row in SigningKey.objects.order_by("pk") if _is_old(row))
    if count:
        signals.keys_resealed.emit(subject=f"{count}", reason="master key", user_id=user_id, caller=caller)
    return count


def _is_old(row: SigningKey) -> bool:
    current = keyring.current_key_id()
    sealed = (text for text in (row.private_sealed, row.public_sealed) if text)
    return any(text.partition(".")[0] != current for text in sealed)


def _reseal(row: SigningKey) -> int:
    """1, or 0 when the key was rotated meanwhile: what replaced its seals is sealed with the current key already."""
    try:
        private, public = reseal_row(row)
    except keyring.SealBroken as error:
        raise UnsuitableKey(f"Signing key {row.kid} cannot be opened with the MASTER_KEYS given.") from error
    return SigningKey.objects.filter(
        pk=row.pk, private_sealed=row.private_sealed, public_sealed=row.public_sealed
    ).update(private_sealed=private, public_sealed=public)
