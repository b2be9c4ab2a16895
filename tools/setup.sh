#!/usr/bin/env bash
# Sets up everything that ProofDocket needs, inside the checkout: virtual environment with locked versions, node
# modules, fonts; with "test" also the test tools and a browser. Done steps are remembered and skipped.
set -euo pipefail
cd "$(dirname "$0")/.."
what=${1:-base}
say() { printf '\033[1m%s\033[0m\n' "$*" >&2; }
die() { printf 'Error: %s\n' "$*" >&2; exit 1; }

find_python() {
    for name in "${PYTHON:-}" python3 python3.13 python3.12 python3.11 python3.14; do
        [ -n "$name" ] && command -v "$name" >/dev/null 2>&1 || continue
        "$name" -c 'import sys, venv; sys.exit(sys.version_info < (3, 11))' 2>/dev/null && { echo "$name"; return; }
    done
    die "Python 3.11 or newer is needed, with its venv module (Debian: apt-get install python3-venv)"
}

digest() { cat "$@" | sha256sum | cut -c1-16; }

setup_python() {
    local lock=requirements/$1.txt stamp
    stamp=.venv/.done-$1-$(digest "$lock" requirements/uv.txt pyproject.toml)
    [ -e "$stamp" ] && return
    if [ ! -x .venv/bin/python ]; then
        say "virtual environment …"
        "$(find_python)" -m venv .venv
    fi
    say "Python packages ($1), locked and hashed …"
    if .venv/bin/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements/uv.txt &&
        VIRTUAL_ENV="$PWD/.venv" .venv/bin/uv pip install --quiet --require-hashes -r "$lock"; then :; else
        say "uv could not install them; pip does it, more slowly …"
        .venv/bin/python -m pip install --quiet --disable-pip-version-check --require-hashes -r "$lock"
    fi
    .venv/bin/python -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation --editable .
    rm -f .venv/.done-"$1"-*
    touch "$stamp"
}

setup_node() {
    local stamp
    command -v node >/dev/null 2>&1 || die "Node.js 20 or newer is needed"
    node -e 'process.exit(parseInt(process.versions.node) < 20 ? 1 : 0)' || die "Node.js 20 or newer is needed"
    stamp=node_modules/.done-$1-$(digest package-lock.json)
    [ -e "$stamp" ] || [ -e "node_modules/.done-test-$(digest package-lock.json)" ] && return
    say "node modules ($1) …"
    if [ "$1" = test ]; then
        npm ci --ignore-scripts --no-audit --no-fund --loglevel=error >&2
    else
        npm ci --omit=dev --ignore-scripts --no-audit --no-fund --loglevel=error >&2
    fi
    touch "$stamp"
}

as_root() {
    if [ "$(id -u)" = 0 ]; then "$@"; elif command -v sudo >/dev/null 2>&1; then sudo -n "$@"; else return 1; fi
}

setup_debian() {
    # Debian's packages for the tests: a browser, and poppler to read PDFs back.
    local missing=()
    command -v chromium >/dev/null 2>&1 || missing+=(chromium)
    command -v pdftotext >/dev/null 2>&1 || missing+=(poppler-utils)
    command -v qpdf >/dev/null 2>&1 || missing+=(qpdf)
    [ ${#missing[@]} = 0 ] && return
    say "Debian packages: ${missing[*]} …"
    command -v apt-get >/dev/null 2>&1 || die "the tests need ${missing[*]}; install them with your system's package manager"
    if ! { as_root apt-get update -qq && as_root env DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends "${missing[@]}"; } >/dev/null; then
        die "could not install ${missing[*]}; install them and run this again"
    fi
}

setup_fonts() {
    # The rare-character font is Debian's; without it Noto Serif SC serves, and a rarer character is an error.
    [ -e var/fonts/.tried ] && return
    mkdir -p var/fonts
    .venv/bin/python tools/fetch_fonts.py >&2 || say "continuing without the rare-character font"
    touch var/fonts/.tried
}

setup_python base
[ "$what" = test ] && setup_python test
setup_node "$what"
setup_fonts
[ "$what" = test ] && setup_debian
exit 0
