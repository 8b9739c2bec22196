"""Codes and token families in the database: every race is decided by the row count of one conditional UPDATE.

oauthlib validates, saves and invalidates in three steps; between them a second request with the same code gets in.
Here the claim of the code (or of the refresh generation) is the first thing in the transaction that also writes the
family and the record, so that there is one winner on every database, and losers leave nothing behind.
"""

from custom_scopes_and_policies_app.token_store.engine import LostRace
from custom_scopes_and_policies_app.token_store.names import family_key, hash_code, new_code, token_key
from custom_scopes_and_policies_app.token_store.reading import find_family, find_grant
from custom_scopes_and_policies_app.token_store.revoking import (
    lock_session,
    punish_replay,
    punish_reuse,
    revoke_family,
    revoke_single_token,
)
from custom_scopes_and_policies_app.token_store.writing import REPEATED, count_failure, store_code, write

__all__ = [
    "REPEATED",
    "LostRace",
    "count_failure",
    "family_key",
    "find_family",
    "find_grant",
    "hash_code",
    "lock_session",
    "new_code",
    "punish_replay",
    "punish_reuse",
    "revoke_family",
    "revoke_single_token",
    "store_code",
    "token_key",
    "write",
]
