# shellcheck shell=bash
# The Swift toolchain, and how scripts talk. To be sourced.

oldest_swift=6.2

# Says something to whoever is watching.
say() {
    printf '%s\n' "$*" >&2
}

# Says what went wrong and what to do about it, and ends the script.
fail() {
    printf '%s: %s\n' "${0##*/}" "$*" >&2
    exit 1
}

# Whether version $1 is at least $2.
is_at_least() {
    [[ "$(printf '%s\n%s\n' "$2" "$1" | sort -V | head -n 1)" == "$2" ]]
}

# Ends the script where there is no Swift toolchain that can build this.
require_swift() {
    local version
    # Where swiftly, the toolchain's own installer, puts it.
    if ! command -v swift >/dev/null && [[ -x ${HOME:-}/.local/share/swiftly/bin/swift ]]; then
        PATH="$HOME/.local/share/swiftly/bin:$PATH"
    fi
    command -v swift >/dev/null || fail "there is no Swift toolchain in PATH. Swift $oldest_swift or newer for this system is \
at https://www.swift.org/install/linux/ ; if it is installed, put its usr/bin into PATH (with sudo: sudo env PATH=\"\$PATH\" $0)"
    version=$(swift --version 2>/dev/null | sed -n 's/.*Swift version \([0-9.]*\).*/\1/p' | head -n 1)
    is_at_least "${version:-0}" "$oldest_swift" || fail "Swift ${version:-of an unknown version} is too old; $oldest_swift or \
newer is at https://www.swift.org/install/linux/"
}

# The folder for what is built: .build, or the one that TRIBUTARY_SCRATCH names. Ends the script where it is another's.
scratch_folder() {
    local folder=${TRIBUTARY_SCRATCH:-$1/.build}
    if [[ -e $folder && ! -w $folder ]]; then
        fail "$folder belongs to another account; remove it, or name another folder in TRIBUTARY_SCRATCH"
    fi
    printf '%s\n' "$folder"
}
