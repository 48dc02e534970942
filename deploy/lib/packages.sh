# shellcheck shell=bash
# What building, running and testing need from Debian, and how to get it. To be sourced, after
# toolchain.sh.

build_packages=(
    libpq-dev libcurl4-openssl-dev libssl-dev libjansson-dev libsqlite3-dev zlib1g-dev pkg-config git ca-certificates
)
# systemd reads the units, and runs them on a machine that it boots in a container; nix-bin reads the home-manager module.
test_packages=(
    python3-pytest python3-pytest-xdist python3-jsonschema python3-venv shellcheck nix-bin
    systemd systemd-container libpam-systemd dbus
)
# The hub's embedded database needs the programs alone, not Debian's service.
database_package=postgresql
oldest_postgres=15

# Runs a command as root.
as_root() {
    if [[ $EUID -eq 0 ]]; then
        "$@"
    else
        sudo "$@"
    fi
}

# Whether a Debian package is installed.
is_installed() {
    [[ "$(dpkg-query --show --showformat='${db:Status-Status}' "$1" 2>/dev/null)" == installed ]]
}

# Whether programs of PostgreSQL that the hub can use are there, in the places where it looks.
has_postgres() {
    local program version
    for program in "$(command -v postgres || true)" /usr/lib/postgresql/*/bin/postgres /usr/pgsql-*/bin/postgres; do
        [[ -x $program ]] || continue
        version=$("$program" --version 2>/dev/null | sed -n 's/.*(PostgreSQL) \([0-9]*\).*/\1/p')
        if [[ -n $version && $version -ge $oldest_postgres ]]; then
            return 0
        fi
    done
    return 1
}

# Installs what building and running need.
install_for_running() {
    install_packages "${build_packages[@]}"
}

# Installs what building, running and testing need.
install_for_testing() {
    install_packages "${build_packages[@]}" "${test_packages[@]}"
}

# Makes a Python of its own with the packages that file $1 lists, once for each content of it, and prints its path.
test_python() {
    local list=$1 folder digest
    digest=$(sha256sum "$list") || fail "$list cannot be read"
    folder=${XDG_CACHE_HOME:-$HOME/.cache}/tributary/test-python-${digest:0:16}
    if [[ ! -e $folder/complete ]]; then
        say "installing from PyPI what $list lists"
        rm -rf "$folder"
        /usr/bin/python3 -m venv "$folder" >&2 || fail "no Python environment can be made in $folder; see above"
        "$folder/bin/python" -m pip install --quiet --disable-pip-version-check --requirement "$list" >&2 \
            || fail "pip could not install what $list lists; see above. It needs PyPI or a mirror of it, and the end-to-end tests cannot run without"
        touch "$folder/complete"
    fi
    printf '%s\n' "$folder/bin/python"
}

# Installs what is missing of the packages named, and PostgreSQL where there is none.
install_packages() {
    local package missing=()
    if ! command -v dpkg-query >/dev/null || ! command -v apt-get >/dev/null; then
        say "this is no Debian, so nothing is installed here; needed are what Debian calls $* $database_package"
        return 0
    fi
    for package in "$@"; do
        is_installed "$package" || missing+=("$package")
    done
    has_postgres || missing+=("$database_package")
    if [[ ${#missing[@]} -eq 0 ]]; then
        return 0
    fi
    say "installing from Debian: ${missing[*]}"
    if [[ $EUID -ne 0 ]] && ! command -v sudo >/dev/null; then
        fail "these packages are missing and there is no sudo; as root: apt-get install ${missing[*]}"
    fi
    as_root apt-get update -qq >&2 || fail "apt-get update failed; see above"
    as_root env DEBIAN_FRONTEND=noninteractive apt-get install -qq -y --no-install-recommends "${missing[@]}" >&2 \
        || fail "apt-get could not install ${missing[*]}; see above"
}
