# Sourced by the scripts beside it: where things are, and how they speak. Needs `set -euo pipefail` in the caller.
# shellcheck shell=bash

repository="$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)"
# Every script works from the top of the repository, wherever it was called from.
cd "$repository" || exit

say() { printf '%s\n' "$*" >&2; }

fail() {
  say "error: $*"
  exit 1
}

# Runs a command as root: as it is for root, through sudo for others.
as_root() {
  if [[ $EUID -eq 0 ]]; then
    "$@"
  elif command -v sudo >/dev/null; then
    sudo -- "$@"
  else
    fail "this needs root: $* (run it as root, or install sudo)"
  fi
}

# The value of one variable in a build folder's CMake cache; empty when there is none.
cmake_cache() { # folder variable
  sed -n "s/^$2:[A-Z]*=//p" "$1/CMakeCache.txt" 2>/dev/null || true
}
