"""Whose account an upstream identity opens, connecting one and taking it off.

The unique (issuer, subject) and one conditional UPDATE of the person decide every race.
"""

from django.db import IntegrityError, transaction
from django.db.models import QuerySet
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts_app.identifiers import normalise_email
from accounts_app.models import User
from accounts_app.selectors import find_by_email
from accounts_app.services import EmailTaken, insert_person, new_person
from accounts_app.signals import person_signed_up
from core_app.caller import Caller
from core_app.errors import Unavailable
from core_app.transactions import run_in_transaction
from sessions_app.assurance import FEDERATED
from sessions_app.ending import end_session
from sessions_app.models import SsoSession
from sessions_app.selectors import live_sessions
from social_login_app.conf import conf
from social_login_app.errors import AccountRefused, AddressTaken, IdentityTaken, LastWayIn
from social_login_app.models import SocialIdentity
from social_login_app.providers import Provider
from social_login_app.selectors import find_identity, has_another_way_in
from social_login_app.signals import social_linked, social_unlinked
from social_login_app.upstream import Upstream

# Whoever loses a race finds at the second look what the other has made.
ATTEMPTS = 3
NEW, BY_EMAIL, BY_OWNER = "new_account", "verified_email", "signed_in"


def person_of(*, provider: Provider, upstream: Upstream, caller: Caller) -> User:
    """The person whom this identity signs in; a new one when it opens no account yet.

    Raises AccountRefused, and AddressTaken when the account of its address must be asked itself.
    """
    for _attempt in range(ATTEMPTS):
        identity = find_identity(issuer=upstream.issuer, subject=upstream.subject)
        if identity is not None:
            return _known(identity, upstream)
        try:
            return run_in_transaction(lambda: _join_or_make(provider, upstream, caller))
        except (IdentityTaken, EmailTaken):
            continue
    raise Unavailable(_("This is not possible right now. Try again in a minute."), retry_after=1)


def link_identity(*, user: User, provider: Provider, upstream: Upstream, caller: Caller) -> SocialIdentity:
    """Let an identity open the account of a person who is signed in; twice is fine.

    Raises IdentityTaken when it opens another one, AccountRefused when the account was shut meanwhile.
    """

    def link() -> SocialIdentity:
        if not _hold(User.objects.filter(pk=user.pk)):
            raise AccountRefused
        known = find_identity(issuer=upstream.issuer, subject=upstream.subject)
        if known is not None and known.user_id == user.pk:
            return known
        return _insert(user, provider, upstream, caller, how=BY_OWNER)

    return run_in_transaction(link)


def unlink_identity(*, user: User, identity: SocialIdentity, keep: SsoSession | None, caller: Caller) -> bool:
    """Take an identity off an account. True when this call did it.

    Sign-ins that were proven at a provider end, all but `keep`: whoever had the identity is out. Raises LastWayIn.
    """

    def unlink() -> bool:
        # Two that are taken off at once must not each count on the other: the second waits here.
        _hold(User.objects.filter(pk=user.pk))
        person = User.objects.get(pk=user.pk)
        if not has_another_way_in(person, without=identity):
            raise LastWayIn
        gone, _rows = SocialIdentity.objects.filter(pk=identity.pk, user=person).delete()
        if not gone:
            return False
        for session in live_sessions(user_id=person.pk):
            if FEDERATED in session.amr and (keep is None or session.pk != keep.pk):
                end_session(session=session, reason=SsoSession.EndReason.CREDENTIALS_CHANGED, caller=caller)
        social_unlinked.emit(user_id=person.pk, subject=identity.issuer, caller=caller)
        return True

    return run_in_transaction(unlink)


def _known(identity: SocialIdentity, upstream: Upstream) -> User:
    if not identity.user.is_active:
        raise AccountRefused
    SocialIdentity.objects.filter(pk=identity.pk).update(last_used_at=timezone.now(), label=upstream.label)
    return identity.user


def _join_or_make(provider: Provider, upstream: Upstream, caller: Caller) -> User:
    email = normalise_email(upstream.verified_email)
    holder = find_by_email(email) if email else None
    if holder is None:
        return _make(provider, upstream, email, caller)
    _require_may_join(holder, provider, upstream)
    _insert(holder, provider, upstream, caller, how=BY_EMAIL)
    return holder


def _make(provider: Provider, upstream: Upstream, email: str, caller: Caller) -> User:
    """An account without number and password (J07). An address that nobody vouches for stays out of it."""
    person = insert_person(
        new_person(
            phone=None,
            password=None,
            phone_proven_at=None,
            email=upstream.verified_email,
            email_verified_at=timezone.now() if email else None,
            email_identifier=email or None,
            name=upstream.name,
            given_name=upstream.given_name,
            family_name=upstream.family_name,
        )
    )
    _insert(person, provider, upstream, caller, how=NEW)
    person_signed_up.emit(user_id=person.pk, subject=str(person.sub), reason=FEDERATED, caller=caller)
    return person


def _require_may_join(holder: User, provider: Provider, upstream: Upstream) -> None:
    """Both sides are verified: here by the unique address, there by the provider's word (J02).

    Not for operators, whose accounts are worth more than a mailbox. Nor where the account knows another subject of
    this issuer: then the address has got another owner there.
    """
    if not holder.is_active:
        raise AccountRefused
    if holder.is_staff or not conf.SOCIAL_LINK_BY_EMAIL:
        raise AddressTaken(provider.label)
    unchanged = User.objects.filter(pk=holder.pk, email_identifier=holder.email_identifier, is_staff=False)
    if not _hold(unchanged):
        # It has changed since it was read: look again.
        raise EmailTaken(_("This address already has an account. Sign in instead."))
    known = SocialIdentity.objects.filter(user=holder, issuer=upstream.issuer)
    # This very subject may have been faster: then the insert says so, and the second look finds it.
    if known.exclude(subject=upstream.subject).exists():
        raise AddressTaken(provider.label)


def _insert(
    user: User, provider: Provider, upstream: Upstream, caller: Caller, *, how: str
) -> SocialIdentity:
    try:
        with transaction.atomic():
            identity = SocialIdentity.objects.create(
                user=user, issuer=upstream.issuer, subject=upstream.subject, label=upstream.label
            )
    except IntegrityError as error:
        raise IdentityTaken from error
    social_linked.emit(user_id=user.pk, subject=upstream.issuer, reason=how, caller=caller)
    return identity


def _hold(people: QuerySet[User]) -> bool:
    """Whether this person is still as described and active; nobody else changes them until the transaction ends."""
    return bool(people.filter(is_active=True).update(updated_at=timezone.now()))
