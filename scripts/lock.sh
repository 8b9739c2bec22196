#!/bin/sh
# Resolve requirements*.in into lock files that hold every platform's hashes.
set -eu
if ! command -v uv >/dev/null 2>&1; then
    echo "make lock needs uv (https://docs.astral.sh/uv/): pipx install uv, or pip install uv in an environment of its own." >&2
    exit 1
fi
for name in requirements requirements-examples requirements-dev; do
    uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-header "$@" "$name.in" -o "$name.txt"
done
