"""What is counted while the server works. Labels come from short lists, never from what somebody sent."""

from functools import lru_cache

from prometheus_client import Counter, Gauge, Histogram

SLOW = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0)
STATEMENT = (0.0002, 0.0005, 0.001, 0.0025, 0.005, 0.01, 0.05, 0.25, 1.0, 5.0)
METHODS = frozenset({"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"})
OTHER = "other"

REQUESTS = Counter(
    "auth_http_requests", "Requests answered, by the pattern of their address.", ["method", "route", "status"]
)
REQUEST_SECONDS = Histogram(
    "auth_http_request_seconds", "Time from a request to its answer.", ["route"], buckets=SLOW
)
EVENTS = Counter(
    "auth_events",
    "Events of the record (docs/events.md); token.* by grant type.",
    ["event", "grant_type", "outcome"],
)
SQL_SECONDS = Histogram(
    "auth_sql_seconds", "Time of one statement, as the server waits for it.", buckets=STATEMENT
)
SQL_ERRORS = Counter("auth_sql_errors", "Statements that failed, by kind of error.", ["kind"])
CACHE_CALLS = Counter(
    "auth_cache_calls", "Calls to Redis: ok, failed, or left out by the breaker.", ["outcome"]
)
REDIS_BREAKER = Gauge(
    "auth_redis_breaker_open",
    "1 while a process goes on without Redis.",
    multiprocess_mode="livemax",
)


def observe_request(*, method: str, route: str, status: int, seconds: float) -> None:
    """Count an answered request."""
    _requests(method if method in METHODS else OTHER, route, status).inc()
    _request_seconds(route).observe(seconds)


# `labels()` looks its child up under a lock, at several microseconds a call: the children are kept.
@lru_cache(maxsize=4096)
def _requests(method: str, route: str, status: int) -> Counter:
    return REQUESTS.labels(method, route, str(status))


@lru_cache(maxsize=1024)
def _request_seconds(route: str) -> Histogram:
    return REQUEST_SECONDS.labels(route)


@lru_cache(maxsize=4096)
def event_counter(event: str, grant_type: str, outcome: str) -> Counter:
    """The counter of one kind of event."""
    return EVENTS.labels(event, grant_type, outcome)


@lru_cache(maxsize=8)
def cache_counter(outcome: str) -> Counter:
    """The counter of calls to Redis that ended so."""
    return CACHE_CALLS.labels(outcome)
