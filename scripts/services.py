"""Owns one question: do the servers of DATABASE_URL and REDIS_URL answer? (`python -m scripts.services`)"""

import os
import sys
from urllib.parse import urlsplit

import psycopg
import redis

SECONDS = 3


def postgres_problem(url: str) -> str:
    """Why the server of `url` cannot be used, or "". The database named in it need not exist."""
    server = urlsplit(url)._replace(scheme="postgresql", path="/postgres").geturl()
    try:
        psycopg.connect(server, connect_timeout=SECONDS).close()
    except psycopg.Error as error:
        return str(error).strip()
    return ""


def redis_problem(url: str) -> str:
    """Why the Redis of `url` cannot be used, or ""."""
    try:
        redis.Redis.from_url(url, socket_connect_timeout=SECONDS, socket_timeout=SECONDS).ping()
    except redis.RedisError as error:
        return str(error).strip()
    return ""


def main() -> int:
    """Say what is missing; 0 when both answer."""
    problems = {
        "PostgreSQL (DATABASE_URL)": postgres_problem(os.environ["DATABASE_URL"]),
        "Redis (REDIS_URL)": redis_problem(os.environ["REDIS_URL"]),
    }
    for name, problem in problems.items():
        if problem:
            sys.stderr.write(f"{name} does not answer: {problem}\n")
    return int(any(problems.values()))


if __name__ == "__main__":
    sys.exit(main())
