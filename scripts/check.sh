#!/bin/sh
# `make check`: every check that needs no running service. All of them run; the names of those that failed come last.
set -u
venv=${VENV:-.venv}
bin="$venv/bin"
failed=""
site=$(mktemp -d)
trap 'rm -rf "$site"' EXIT
templates=$(ls -d templates ./*/templates 2>/dev/null)

step() {
    name=$1
    shift
    printf '\n== %s\n' "$name"
    "$@" || failed="$failed
  $name"
}

# Production, as an operator would set it: HTTPS, no DEBUG, secrets made up for this one run.
in_production() {
    secret=$("$bin/python" -c 'import secrets; print(secrets.token_urlsafe(64))')
    master=$("$bin/python" -c 'import secrets; print(secrets.token_urlsafe(32))')
    env DEBUG=0 DEMO=0 ISSUER_URL=https://login.example.com ALLOWED_HOSTS=login.example.com \
        SECRET_KEY="$secret" MASTER_KEYS="$master" MESSAGING_KEEP_BODIES=0 PHONE_COUNTRIES=MN \
        DATABASE_URL=postgres://postgres@127.0.0.1/auth REDIS_URL=redis://127.0.0.1:6379/0 \
        WEB_PROCESSES=4 TRUSTED_PROXIES=10.0.0.0/8 EMAIL_URL=smtp+tls://post:secret@mail.example.com:587 \
        SMS_ROUTES="*=vendor" SMS_VENDOR_GATEWAY=http SMS_VENDOR_URL=https://sms.example.com/v1 \
        DJANGO_SETTINGS_MODULE=auth_server_django.settings "$@"
}

# Everything else asks the settings of the tests, so that the answer does not depend on a developer's .env.
manage() { DJANGO_SETTINGS_MODULE=tests.settings "$bin/python" manage.py "$@"; }

step "ruff check" "$bin/ruff" check .
step "ruff format" "$bin/ruff" format --check .
step "mypy" "$bin/mypy" .
step "floors (import-linter)" "$bin/lint-imports" --no-logo
step "migrations are complete" manage makemigrations --check --dry-run
step "migrations are safe beside live traffic" manage lintmigrations
step "manage.py check" manage check --fail-level WARNING
step "manage.py check --deploy, production settings" in_production "$bin/python" manage.py check --deploy --fail-level WARNING
step "templates are in form (djlint)" "$bin/djlint" --check $templates
step "templates (djlint)" "$bin/djlint" --lint $templates
step "Dockerfile (hadolint)" "$bin/hadolint" Dockerfile
step "docker-compose.yml against the Compose specification" "$bin/check-jsonschema" --builtin-schema vendor.compose-spec docker-compose.yml
step "docs/settings.md and .env.example" manage settings_reference --check
step "API_DOCUMENTATION.md" manage api_documentation --check
step "docs/events.md" manage event_catalogue --check
step "the documentation's site (mkdocs)" env NO_MKDOCS_2_WARNING=1 "$bin/mkdocs" build --quiet --strict --site-dir "$site"
step "docs/compliance.md" "$bin/python" -m tests.compliance --check

if [ -n "$failed" ]; then
    printf '\nFailed:%s\n' "$failed" >&2
    exit 1
fi
printf '\nAll checks passed.\n'
