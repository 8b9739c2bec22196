"""Owns one question: do the servers of these URLs answer? (`python -m scripts.services URL…`)"""

import sys
from collections.abc import Callable

import amqp  # type: ignore[import-untyped]
import kombu
import psycopg
import pymysql
import redis

from scripts.databases import CONNECT_SECONDS, is_mysql, mysql_server, postgres_server


def postgres_problem(url: str) -> str:
    """Why the server of `url` cannot be used, or "". The database named in it need not exist."""
    try:
        psycopg.connect(postgres_server(url), connect_timeout=CONNECT_SECONDS).close()
    except psycopg.Error as error:
        return str(error).strip()
    return ""


def mysql_problem(url: str) -> str:
    """Why the MariaDB or MySQL of `url` cannot be used, or ""."""
    try:
        pymysql.connect(**mysql_server(url)).close()
    except pymysql.Error as error:
        return str(error).strip()
    return ""


def redis_problem(url: str) -> str:
    """Why the Redis of `url` cannot be used, or ""."""
    try:
        redis.Redis.from_url(
            url, socket_connect_timeout=CONNECT_SECONDS, socket_timeout=CONNECT_SECONDS
        ).ping()
    except redis.RedisError as error:
        return str(error).strip()
    return ""


def rabbitmq_problem(url: str) -> str:
    """Why the RabbitMQ of `url` cannot be used, or ""."""
    try:
        with kombu.Connection(url, connect_timeout=CONNECT_SECONDS) as broker:  # type: ignore[attr-defined,no-untyped-call]
            broker.connect()
    except (OSError, amqp.AMQPError) as error:
        return str(error).strip() or type(error).__name__
    return ""


def problem_of(url: str) -> str:
    """Why the server of `url` cannot be used, or ""."""
    return _asker(url)(url)


def _asker(url: str) -> Callable[[str], str]:
    if url.startswith("redis"):
        return redis_problem
    if url.startswith("amqp"):
        return rabbitmq_problem
    return mysql_problem if is_mysql(url) else postgres_problem


def main(urls: list[str]) -> int:
    """Say which of the servers do not answer; 0 when all do. The URLs' passwords are not shown."""
    problems = {url.partition("://")[0]: problem for url in urls if (problem := problem_of(url))}
    for name, problem in problems.items():
        sys.stderr.write(f"The {name} server does not answer: {problem}\n")
    return int(bool(problems))


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
