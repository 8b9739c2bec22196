#!/bin/sh
# Make the virtual environment and install one lock file into it: `sh scripts/install.sh requirements.txt`.
# uv does it when it is there; else Python's own venv and pip. Wheels only: no compiler is ever needed.
set -eu

lock=$1
venv=${VENV:-.venv}

say() { printf '%s\n' "$*" >&2; }

find_python() {
    for name in ${PYTHON:-} python3 python3.14 python3.13 python3.12 python3.11; do
        if command -v "$name" >/dev/null 2>&1 &&
            "$name" -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null; then
            printf '%s' "$name"
            return
        fi
    done
    say "Python 3.11 or newer was not found. Debian: apt install python3 python3-venv. macOS: brew install python."
    exit 1
}

with_uv() {
    command -v uv >/dev/null 2>&1 || return 1
    if [ ! -x "$venv/bin/python" ]; then
        uv venv --quiet --python ">=3.11" "$venv" || return 1
    fi
    uv pip install --quiet --python "$venv/bin/python" --require-hashes --only-binary :all: -r "$lock" || return 1
}

with_pip() {
    if [ ! -x "$venv/bin/python" ]; then
        python=$(find_python)
        if ! "$python" -c 'import ensurepip, venv' 2>/dev/null; then
            say "$python cannot make virtual environments here. Debian and Ubuntu: apt install python3-venv. Then run make again."
            exit 1
        fi
        "$python" -m venv "$venv"
    fi
    "$venv/bin/python" -m pip --version >/dev/null 2>&1 || "$venv/bin/python" -m ensurepip --upgrade >/dev/null
    "$venv/bin/python" -m pip install --quiet --disable-pip-version-check --require-hashes --only-binary :all: -r "$lock"
}

if [ ! -x "$venv/bin/python" ] || ! "$venv/bin/python" -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null; then
    rm -rf "$venv"   # none yet, or one whose Python has gone or is too old
fi
say "Installing $lock into $venv …"
with_uv || with_pip
