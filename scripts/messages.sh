#!/bin/sh
# `make messages`: collects the strings marked for translation into locale/*/LC_MESSAGES/django.po, compiles them to .mo.
set -eu
venv=${VENV:-.venv}
ignored="--ignore=$venv --ignore=.venv --ignore=tests --ignore=static --ignore=staticfiles"

for tool in xgettext msguniq msgmerge msgattrib msgfmt; do
    if ! command -v "$tool" >/dev/null; then
        printf '%s\n' \
            "GNU gettext is needed to change translations, and its \`$tool\` is missing." \
            "Install it with \`apt-get install gettext\`, \`dnf install gettext\` or \`brew install gettext\`." \
            "Running the server and its tests needs none of it: the compiled .mo files are in the repository." >&2
        exit 1
    fi
done

# The settings of the tests: the same strings whatever a developer's .env says.
manage() { DJANGO_SETTINGS_MODULE=tests.settings "$venv/bin/python" manage.py "$@"; }

manage makemessages --all --no-wrap --no-obsolete --add-location=file $ignored
manage compilemessages $ignored
for catalogue in locale/*/LC_MESSAGES/django.po; do
    printf '%s: ' "$catalogue"
    msgfmt --statistics --output-file=/dev/null "$catalogue" 2>&1
done
