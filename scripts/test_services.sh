#!/bin/sh
# The whole suite on PostgreSQL with Redis and RabbitMQ, the protocol once more by the fast lane, the whole suite again on
# MariaDB, then the browser journey. Django makes and removes the test databases. DATABASE_URL, MARIADB_URL, REDIS_URL and
# RABBITMQ_URL may name other servers; arguments go to pytest's runs of the whole suite. WORKERS=1 runs one test at a time.
set -eu
bin="${VENV:-.venv}/bin"
postgres="${DATABASE_URL:-postgres://postgres@127.0.0.1:5432/auth}"
mariadb="${MARIADB_URL:-mysql://root@127.0.0.1:3306/auth}"
export REDIS_URL="${REDIS_URL:-redis://127.0.0.1:6379/9}"

# What a machine endpoint answers is looked at here; the test client comes in by the lane with ENTRANCE=lane.
protocol="tests/spec tests/desk tests/clients/test_cors.py tests/attacks/test_machine_floods.py"
# Named, or in CI, it has to be there. Elsewhere what is about it is left out when it is not, and that is said.
rabbitmq="${RABBITMQ_URL:-amqp://guest:guest@127.0.0.1:5672//}"
if [ -n "${RABBITMQ_URL:-}${CI:-}" ] || "$bin/python" -m scripts.services "$rabbitmq" 2>/dev/null; then
    export RABBITMQ_URL="$rabbitmq"
else
    printf '\n!! No RabbitMQ at its usual place: its tests are LEFT OUT (start one, or name it in RABBITMQ_URL)\n' >&2
fi

# Files stay together, so that a folder's own server is started once or twice and not for every test.
suite() {
    DATABASE_URL=$1
    export DATABASE_URL
    shift
    "$bin/pytest" -m "not browser" --create-db --numprocesses "${WORKERS:-2}" --dist loadfile --durations 10 "$@"
}

"$bin/python" -m scripts.services "$postgres" "$mariadb" "$REDIS_URL" ${RABBITMQ_URL:+"$RABBITMQ_URL"}
printf '\n== PostgreSQL, Redis%s\n' "${RABBITMQ_URL:+ and RabbitMQ}"
suite "$postgres" "$@"
printf '\n== The protocol by the fast lane, on PostgreSQL and Redis\n'
(
    export ENTRANCE=lane
    # shellcheck disable=SC2086  # several folders
    suite "$postgres" $protocol
)
printf '\n== PostgreSQL again, with the token store for every database\n'
TOKEN_STORE=portable suite "$postgres" tests/races/test_tokens.py tests/races/test_devices.py
printf '\n== MariaDB and Redis\n'
suite "$mariadb" "$@"
printf '\n== The browser, on PostgreSQL and Redis\n'
DATABASE_URL="$postgres" "$bin/pytest" -m browser tests/browser
