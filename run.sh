#!/usr/bin/env bash
# All tasks of the project, one short function each: ./run.sh TASK. Two are enough to begin: serve and test.
set -euo pipefail
cd "$(dirname "$0")"
# A second thread for a product of matrices spins while it waits: twice the processor time, and no answer sooner.
export OPENBLAS_NUM_THREADS="${OPENBLAS_NUM_THREADS:-1}"

say() { printf '\033[1m• %s\033[0m\n' "$*" >&2; }

python_for_us() {
  for name in python3.11 python3.12 python3.13 python3; do
    if command -v "$name" >/dev/null && "$name" -c 'import sys; sys.exit(sys.version_info < (3, 11))'; then
      echo "$name"
      return
    fi
  done
  echo "Python 3.11 or newer is needed and was not found." >&2
  exit 2
}

# install FILE: the packages of a requirements file, once; again only when the file changes.
install() {
  local stamp=".venv/.$1.installed"
  if [ ! -x .venv/bin/python ]; then
    say "Making the virtual environment (.venv)"
    "$(python_for_us)" -m venv .venv
  fi
  if ! cmp -s <(cat requirements.txt "$1") "$stamp"; then
    say "Installing packages from $1 (the first time takes a minute or two)"
    .venv/bin/python -m pip install --quiet --disable-pip-version-check -r "$1"
    cat requirements.txt "$1" >"$stamp"
  fi
}

# Everything that tests need beyond Python, and word of it.
install_for_tests() {
  install requirements-dev.txt
  if .venv/bin/python -m tests.chromium >/dev/null 2>&1; then return; fi
  if [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null; then
    say "Installing Chromium from Debian's packages for the browser tests"
    apt-get update -qq >&2 && DEBIAN_FRONTEND=noninteractive apt-get install -y -qq chromium >&2
  else
    say "Downloading the browser tool's own Chromium for the browser tests"
    .venv/bin/python -m playwright install chromium >&2
  fi
  .venv/bin/python -m tests.chromium
}

task_serve() { # run the assistant; without BOT_TOKEN with the sandbox in the browser (--open opens it)
  install requirements.txt
  exec .venv/bin/python -m bot "$@"
}

task_test() { # all tests: SQLite, PostgreSQL, a real browser; arguments go to pytest
  install_for_tests
  say "Running the tests (PostgreSQL comes from a pip package, Chromium: $(.venv/bin/python -m tests.chromium))"
  .venv/bin/python -m pytest "$@"
}

task_check() { # lint, format, types, import rules
  install requirements-dev.txt
  .venv/bin/ruff check .
  .venv/bin/mypy config.py bot handlers desk eservices knowledge db locales sandbox bench tests
  .venv/bin/lint-imports --no-cache
}

# What is measured beside ours lives in an environment of its own: some of it needs other versions than we do.
install_peers() {
  local stamp=".venv-bench/.installed" list="bench/requirements-peers.txt"
  if [ ! -x .venv-bench/bin/python ]; then "$(python_for_us)" -m venv .venv-bench; fi
  if ! cmp -s "$list" "$stamp"; then
    say "Installing the peers from $list"
    .venv-bench/bin/python -m pip install --quiet --disable-pip-version-check -r "$list"
    cp "$list" "$stamp"
  fi
}

task_bench() { # bench NAME: echo, crash, fuzz, ask, knowledge, knowledge-scale; see docs/benchmark.md
  install_for_tests
  install_peers
  local name="${1:-}"
  name="${name//-/_}"
  [ -n "$name" ] && [ -f "bench/$name.py" ] || { echo "Which benchmark? $(cd bench && ls [a-z]*.py | sed 's/\.py//; s/_/-/g' | tr '\n' ' ')" >&2; exit 2; }
  shift
  .venv/bin/python -m "bench.$name" "$@"
}

task_exec() { # exec CMD ...: run a command in the project's environment
  install requirements.txt
  PATH="$PWD/.venv/bin:$PATH" exec "$@"
}

task_help() { # this list
  echo "./run.sh TASK"
  sed -n 's/^task_\([a-z]*\)() { # \(.*\)/  \1\t\2/p' "$0" | expand -t 12
}

task="${1:-help}"
[ $# -gt 0 ] && shift
if ! declare -F "task_$task" >/dev/null; then
  echo "There is no task '$task'." >&2
  task_help >&2
  exit 2
fi
"task_$task" "$@"
