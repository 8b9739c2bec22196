"""Owns what is compared with what. Each cell is one operation by several contestants, measured one after the other."""

from dataclasses import dataclass

RS256, ES256 = "jwt-rs256", "jwt-es256"
OPAQUE = "opaque-rs256"
# Nothing is signed.
NONE = ""
OURS, PEER = "ours", "peer"


@dataclass(frozen=True, slots=True)
class Cell:
    """`ours` and `peers` are variants in conf/*.toml; the first peer is the one the target ratio is against."""

    operation: str
    algorithm: str
    ours: str
    peers: tuple[str, ...]
    goal: float

    @property
    def contestants(self) -> list[str]:
        """Names of targets, ours first."""
        return [f"{OURS}/{self.ours}", *(f"{PEER}/{name}" for name in self.peers)]

    def order(self, number: int) -> list[str]:
        """Who comes after whom in round `number`: whoever was first in one round is last in the next."""
        return self.contestants[:: -1 if number % 2 else 1]


# JWT access tokens against JWT access tokens. The peer introspects and answers userinfo for opaque ones only, which it
# looks up in its database each time. Ours verifies a JWT's signature and asks the database whether it is alive when it
# first sees it; later it remembers both. A few tokens come again and again here, so that what it remembers is measured.
CELLS = (
    Cell("client_credentials", "RS256", RS256, (RS256, OPAQUE), 1.0),
    Cell("authorization_code", "RS256", RS256, (RS256, OPAQUE), 1.3),
    Cell("refresh", "RS256", RS256, (RS256, OPAQUE), 1.1),
    Cell("introspect", "RS256", RS256, (OPAQUE,), 1.5),
    Cell("userinfo", "RS256", RS256, (OPAQUE,), 1.5),
    Cell("client_credentials", "ES256", ES256, (ES256,), 1.2),
    Cell("authorization_code", "ES256", ES256, (ES256, "opaque-es256"), 1.8),
    Cell("refresh", "ES256", ES256, (ES256, "opaque-es256"), 1.8),
    Cell("introspect", "ES256", ES256, ("opaque-es256",), 1.5),
    Cell("userinfo", "ES256", ES256, ("opaque-es256",), 1.5),
    Cell("discovery", NONE, RS256, (OPAQUE,), 2.5),
    Cell("jwks", NONE, RS256, (OPAQUE,), 2.0),
)


@dataclass(frozen=True, slots=True)
class Stage:
    """All cells with so many connections and server processes; `warm` and `seconds` of each measurement."""

    connections: int
    processes: int
    rounds: int
    warm: float
    seconds: float

    @property
    def title(self) -> str:
        """As the page's headings say it."""
        many = "connections" if self.connections > 1 else "connection"
        processes = "processes" if self.processes > 1 else "process"
        return f"{self.connections} {many}, {self.processes} {processes}"


def stages(*, quick: bool) -> list[Stage]:
    """What a run measures: everything in about 20 minutes, or a rough look in about three."""
    if quick:
        return [Stage(connections=16, processes=1, rounds=1, warm=0.5, seconds=2.0)]
    return [
        Stage(connections=16, processes=1, rounds=3, warm=1.0, seconds=4.0),
        Stage(connections=1, processes=1, rounds=3, warm=0.5, seconds=2.5),
        Stage(connections=16, processes=2, rounds=3, warm=0.5, seconds=2.5),
    ]
