#!/bin/sh
# The whole suite on PostgreSQL with Redis, again on MariaDB, then the browser journey. Django makes and removes the
# test databases. DATABASE_URL, MARIADB_URL and REDIS_URL may name other servers; arguments go to pytest's first two
# runs. WORKERS=1 runs one test at a time.
set -eu
bin="${VENV:-.venv}/bin"
postgres="${DATABASE_URL:-postgres://postgres@127.0.0.1:5432/auth}"
mariadb="${MARIADB_URL:-mysql://root@127.0.0.1:3306/auth}"
export REDIS_URL="${REDIS_URL:-redis://127.0.0.1:6379/9}"

# Files stay together, so that a folder's own server is started once or twice and not for every test.
suite() {
    DATABASE_URL=$1
    export DATABASE_URL
    shift
    "$bin/pytest" -m "not browser" --create-db --numprocesses "${WORKERS:-2}" --dist loadfile --durations 10 "$@"
}

"$bin/python" -m scripts.services "$postgres" "$mariadb" "$REDIS_URL"
printf '\n== PostgreSQL and Redis\n'
suite "$postgres" "$@"
printf '\n== MariaDB and Redis\n'
suite "$mariadb" "$@"
printf '\n== The browser, on PostgreSQL and Redis\n'
DATABASE_URL="$postgres" "$bin/pytest" -m browser tests/browser
