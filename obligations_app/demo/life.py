"""What the people do: sign-ins with a daily rhythm, codes by SMS, tokens, mistakes, and a night of guessing."""

import random
import uuid
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

from accounts_app.identifiers import mask_phone
from core_app.events import REFUSED, SUCCESS
from custom_scopes_and_policies_app.models import Application
from messaging_app.envelope import seal_recipient
from messaging_app.gateways.base import DELIVERED, FAILED
from messaging_app.models import OutboundMessage
from obligations_app.demo.cast import Person
from obligations_app.models import OAuthTokenLog
from sessions_app.models import SsoSession

# How likely a sign-in is in each hour of the day, in UTC.
RHYTHM = (1, 1, 1, 1, 1, 2, 4, 8, 12, 13, 12, 11, 12, 11, 10, 10, 11, 13, 14, 12, 9, 6, 3, 2)
SIGN_INS_PER_DAY = 0.6
STAYS = timedelta(hours=14)
ROUTES = {"GB": (("north", "0.041"), ("south", "0.052")), "FR": (("south", "0.060"), ("north", "0.066"))}
ACCESS = timedelta(minutes=15)


@dataclass(slots=True)
class Life:
    """All rows that are to be written, and the chance that decides; equal seeds give equal lives."""

    chance: random.Random
    apps: list[Application]
    until: datetime
    log: list[OAuthTokenLog] = field(default_factory=list)
    messages: list[OutboundMessage] = field(default_factory=list)
    sessions: list[SsoSession] = field(default_factory=list)

    def live(self, people: list[Person], since: datetime) -> None:
        """Everybody's days, one after the other."""
        for person in people:
            for moment in self._moments(since):
                self._sign_in(person, moment)

    def guess(self, person: Person, moment: datetime) -> None:
        """Somebody tries passwords until the account and their address are locked."""
        for number in range(3):
            at = moment + timedelta(seconds=4 * number)
            self._tell(
                at, "login.failed", person, outcome=REFUSED, reason="wrong_password", ip="198.51.100.66"
            )
        for event in ("account.locked", "address.locked"):
            self._tell(moment + timedelta(seconds=12), event, person, outcome=REFUSED, ip="198.51.100.66")

    def _moments(self, since: datetime) -> Iterator[datetime]:
        for day in range((self.until - since).days + 1):
            if self.chance.random() > SIGN_INS_PER_DAY:
                continue
            hour = self.chance.choices(range(24), RHYTHM)[0]
            midnight = (since + timedelta(days=day)).replace(hour=0, minute=0, second=0, microsecond=0)
            moment = midnight + timedelta(hours=hour, seconds=self.chance.randrange(3600))
            if since <= moment < self.until:
                yield moment

    def _sign_in(self, person: Person, at: datetime) -> None:
        if self.chance.random() < 0.12:
            self._tell(at, "login.failed", person, outcome=REFUSED, reason="wrong_password")
            at += timedelta(seconds=20)
        if self.chance.random() < 0.7 and not self._code(person, at):
            return
        at += timedelta(seconds=self.chance.randrange(15, 60))
        session = self._session(person, at)
        self._tell(at, "session.started", person, reason=" ".join(session.amr), sid=session.sid)
        self._use(person, session, at)

    def _code(self, person: Person, at: datetime) -> bool:
        """A code by SMS; whether it was typed in."""
        luck = self.chance.random()
        arrived, used = luck < 0.95, luck < 0.9
        route, price = ROUTES[person.country][self.chance.random() < 0.15]
        self._tell(at, "otp.sent", person, reason="login")
        self.messages.append(self._message(person, at, route, Decimal(price), arrived=arrived, used=used))
        if self.chance.random() < 0.08:
            self._tell(
                at + timedelta(seconds=12), "otp.failed", person, outcome=REFUSED, reason="login: wrong"
            )
        if used:
            self._tell(at + timedelta(seconds=18), "otp.verified", person, reason="login")
        return used

    def _message(
        self, person: Person, at: datetime, route: str, price: Decimal, *, arrived: bool, used: bool
    ) -> OutboundMessage:
        identity, phone = self._uuid(), person.user.phone or ""
        is_sent = self.chance.random() < 0.99
        return OutboundMessage(
            id=identity,
            channel=OutboundMessage.Channel.SMS,
            purpose="otp.login",
            template="otp",
            language="en",
            recipient_sealed=seal_recipient(identity, phone),
            recipient_masked=mask_phone(phone),
            idempotency_key=f"demo-data-{identity.hex}",
            status=OutboundMessage.Status.SENT if is_sent else OutboundMessage.Status.DEAD,
            attempts=1,
            created_at=at,
            next_attempt_at=at,
            sent_at=at + timedelta(seconds=1) if is_sent else None,
            country=person.country,
            route=route if is_sent else "",
            parts=1 if is_sent else 0,
            cost=price if is_sent else None,
            currency="EUR" if is_sent else "",
            receipt_status=(DELIVERED if arrived else FAILED) if is_sent else "",
            receipt_at=at + timedelta(seconds=6) if is_sent else None,
            used_at=at + timedelta(seconds=18) if used and is_sent else None,
            last_error="" if is_sent else "GatewayUnavailable: demonstration",
        )

    def _session(self, person: Person, at: datetime) -> SsoSession:
        has_ended = at + STAYS < self.until
        session = SsoSession(
            sid=self._uuid(),
            user=person.user,
            device=person.device,
            auth_time=at,
            amr=["pwd", "otp"],
            acr="aal2",
            ip=person.ip,
            user_agent=person.device.user_agent,
            created_at=at,
            last_seen_at=min(at + STAYS, self.until),
            expires_at=at + timedelta(days=1),
            ended_at=at + STAYS if has_ended else None,
            end_reason=SsoSession.EndReason.LOGOUT if has_ended else "",
        )
        self.sessions.append(session)
        if has_ended:
            self._tell(at + STAYS, "session.ended", person, reason=session.end_reason, sid=session.sid)
        return session

    def _use(self, person: Person, session: SsoSession, at: datetime) -> None:
        """An app gets a code and tokens, refreshes them for a while, and sometimes asks for what it may not have."""
        app = self.chance.choices(self.apps, (6, 3, 1))[0]
        facts: dict[str, Any] = {
            "client_id": app.client_id,
            "sid": session.sid,
            "scopes": "openid profile phone",
        }
        if self.chance.random() < 0.05:
            event = self.chance.choice(
                ["consent.given", "consent.given", "consent.declined", "consent.withdrawn"]
            )
            self._tell(at, event, person, **facts)
        family = self._uuid()
        self._tell(at, "code.issued", person, grant_type="authorization_code", **facts)
        at += timedelta(seconds=2)
        self._tell(at, "token.issued", person, grant_type="authorization_code", family=family, **facts)
        for _turn in range(self.chance.randrange(5)):
            at += ACCESS
            self._tell(at, "token.refreshed", person, grant_type="refresh_token", family=family, **facts)
        if self.chance.random() < 0.06:
            reason = self.chance.choice(
                ["invalid_grant", "invalid_grant", "session_over", "scope_not_allowed"]
            )
            refused = {"outcome": REFUSED, "reason": reason, "grant_type": "refresh_token"}
            self._tell(at + ACCESS, "token.refused", person, **refused, **facts)

    def _tell(self, at: datetime, event: str, person: Person, **facts: Any) -> None:
        if at >= self.until:
            return
        usual = {"outcome": SUCCESS, "ip": person.ip, "user_agent": person.device.user_agent}
        self.log.append(OAuthTokenLog(at=at, event=event, user=person.user, **(usual | facts)))

    def _uuid(self) -> uuid.UUID:
        return uuid.UUID(int=self.chance.getrandbits(128), version=4)
