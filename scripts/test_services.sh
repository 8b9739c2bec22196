#!/bin/sh
# The whole suite on PostgreSQL and Redis, then the browser journey. Django makes and removes the test database.
# DATABASE_URL and REDIS_URL may name other servers; arguments go to pytest's first run.
set -eu
bin="${VENV:-.venv}/bin"
export DATABASE_URL="${DATABASE_URL:-postgres://postgres@127.0.0.1:5432/auth}"
export REDIS_URL="${REDIS_URL:-redis://127.0.0.1:6379/9}"

"$bin/python" -m scripts.services
"$bin/pytest" -m "not browser" --create-db "$@"
"$bin/pytest" -m browser tests/browser
