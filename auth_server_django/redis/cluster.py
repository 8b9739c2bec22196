"""django-redis on a Redis cluster: one client for a process, which knows where each key lives."""

from threading import Lock
from typing import Any

from django_redis.client import DefaultClient
from django_redis.pool import ConnectionFactory
from redis.backoff import NoBackoff
from redis.cluster import ClusterNode, RedisCluster
from redis.exceptions import ConnectionError as RedisConnectionError
from redis.exceptions import RedisClusterException
from redis.retry import Retry

_clusters: dict[str, Any] = {}
_lock = Lock()


class ClusterFactory(ConnectionFactory):  # type: ignore[misc]
    """Connects once; a cluster that is away is an error like any other of Redis."""

    def connect(self, url: str) -> Any:
        """The process's client. Raises redis' ConnectionError."""
        with _lock:
            if url not in _clusters:
                _clusters[url] = self._connected(url)
            return _clusters[url]

    def disconnect(self, connection: Any) -> None:
        """Close its connections; they are opened again when needed."""
        connection.disconnect_connection_pools()

    def _connected(self, url: str) -> Any:
        options = self.make_connection_params(url)
        nodes = [ClusterNode(*place) for place in self.options["STARTUP_NODES"]]
        try:
            return RedisCluster.from_url(
                url,
                startup_nodes=nodes,
                # No retries on the request path: the breaker knows what to do.
                retry=Retry(NoBackoff(), 0),
                socket_timeout=options.get("socket_timeout"),
                socket_connect_timeout=options.get("socket_connect_timeout"),
            )
        except RedisClusterException as error:
            raise RedisConnectionError("no node of the cluster answers") from error


class ClusterClient(DefaultClient):  # type: ignore[misc]
    """Several keys live in several places: what asks for many asks for each."""

    def get_many(self, keys: Any, version: int | None = None, client: Any = None) -> dict[Any, Any]:
        missing = object()
        found = {key: self.get(key, default=missing, version=version, client=client) for key in keys}
        return {key: value for key, value in found.items() if value is not missing}
