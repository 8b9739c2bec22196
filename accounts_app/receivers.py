"""What this room answers to rooms below that know no people."""

from typing import Any

from accounts_app.selectors import id_of
from limits_app.signals import owner_wanted


def connect_all() -> None:
    """Answer whose account it is that was locked."""
    owner_wanted.connect(on_owner_wanted, dispatch_uid="accounts_app.owner")


def on_owner_wanted(sender: object, identity: str, **kwargs: Any) -> int | None:
    """Receiver of `owner_wanted`."""
    return id_of(identity)
