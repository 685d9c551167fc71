#!/bin/sh
# Installs a locked list of packages, and Mimamori itself, into .venv.   usage: install.sh PYTHON LOCK
# uv does it in seconds; where uv cannot be had, or cannot reach the index, pip does.
set -eu
python=$1 lock=$2
begun=$(date +%s)
say() { printf '%3d s  %s\n' $(($(date +%s) - begun)) "$1" >&2; }

"$python" -c 'import sys; sys.exit(0 if sys.version_info >= (3, 11) else "Python 3.11 or later is needed; say: make PYTHON=python3.11")'
if [ ! -x .venv/bin/python ]; then
  say "making .venv"
  "$python" -m venv .venv
fi
pip() { .venv/bin/python -m pip --disable-pip-version-check --quiet "$@"; }
if [ ! -x .venv/bin/uv ]; then
  pip install --require-hashes -r requirements-uv.lock 2>/dev/null || say "uv is not to be had; pip installs, which takes minutes"
fi
# uv does not read pip's settings: it is told the index that pip would ask
UV_DEFAULT_INDEX=${UV_DEFAULT_INDEX:-$(pip config get global.index-url 2>/dev/null || true)}
if [ -n "$UV_DEFAULT_INDEX" ]; then export UV_DEFAULT_INDEX; else unset UV_DEFAULT_INDEX; fi
say "installing $(grep -c == "$lock") packages of $lock"
if [ -x .venv/bin/uv ] && .venv/bin/uv pip install --quiet --python .venv/bin/python --require-hashes -r "$lock"; then
  .venv/bin/uv pip install --quiet --python .venv/bin/python --no-deps --no-build-isolation -e .
else
  say "pip installs"
  pip install --require-hashes -r "$lock"
  pip install --no-deps --no-build-isolation -e .
fi
say "compiling kernels"
.venv/bin/python -m features.compilation >&2
say "ready"
