"""Ten codes on paper for the day the phone is gone: shown once, kept as hashes, each good once (H03)."""

import hashlib
import re
import secrets
import unicodedata

from django.db import transaction
from django.utils import timezone

from accounts_app.models import User
from core_app.caller import Caller
from mfa_app.conf import conf
from mfa_app.models import BackupCode
from mfa_app.signals import backup_code_used, backup_codes_made
from sessions_app.models import SsoSession

# No i, l, o, u: nothing that is misread or makes words. 32 letters, five bits each; 16 of them are 80 bits.
ALPHABET = "0123456789abcdefghjkmnpqrstvwxyz"
LETTERS = 16
GROUP = 4
# What people write for what they see (Crockford's base32).
MISREAD = str.maketrans({"i": "1", "l": "1", "o": "0"})


def make(*, session: SsoSession, caller: Caller) -> list[str]:
    """New codes for this person, in the form in which they are shown this once. Those from before are dead."""
    user = session.user
    codes = [_new_code() for _ in range(conf.MFA_BACKUP_CODES)]
    with transaction.atomic():
        BackupCode.objects.filter(user=user).delete()
        BackupCode.objects.bulk_create([BackupCode(user=user, code_hash=_hash(user, code)) for code in codes])
        backup_codes_made.emit(user_id=user.pk, sid=session.sid, caller=caller)
    return [_shown(code) for code in codes]


def use(user: User, typed: str, *, caller: Caller) -> bool:
    """Whether this is an unused code of the person; it is used up then. True for exactly one caller."""
    with transaction.atomic():
        unused = BackupCode.objects.filter(user=user, used_at__isnull=True)
        if not unused.filter(code_hash=_hash(user, plain(typed))).update(used_at=timezone.now()):
            return False
        left = unused.count()
        backup_code_used.emit(user_id=user.pk, subject=f"{left} left", caller=caller)
    return True


def count_unused(user: User) -> int:
    """How many are left."""
    return BackupCode.objects.filter(user=user, used_at__isnull=True).count()


def plain(typed: str) -> str:
    """As it is hashed: without blanks and dashes, in small letters, with the usual misreadings undone."""
    normal = unicodedata.normalize("NFKC", typed).casefold().translate(MISREAD)
    return re.sub(r"[\s\-\u2010-\u2015]", "", normal)


def _new_code() -> str:
    return "".join(secrets.choice(ALPHABET) for _ in range(LETTERS))


def _shown(code: str) -> str:
    return "-".join(code[start : start + GROUP] for start in range(0, LETTERS, GROUP))


def _hash(user: User, code: str) -> str:
    return hashlib.sha256(f"backup-code:{user.sub}:{code}".encode()).hexdigest()
