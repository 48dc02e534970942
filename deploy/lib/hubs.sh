# shellcheck shell=bash
# Starting and stopping the hubs of a quickstart; each has a name, which is its folder's. To be sourced by it, whose
# variables these use.
# shellcheck disable=SC2154

start_seconds=120
stop_seconds=60

# The process id of hub $1, where it was started from here and runs.
hub_process() {
    local pid
    pid=$(cat "$dir/$1.pid" 2>/dev/null) || return 1
    [[ -n $pid && -r /proc/$pid/cmdline ]] || return 1
    tr '\0' '\n' <"/proc/$pid/cmdline" | grep -Fxq -- "$dir/$1" || return 1
    printf '%s\n' "$pid"
}

# The process id of a PostgreSQL that hub $1 left behind when it was killed.
database_process() {
    local pid
    pid=$(head -n 1 "$dir/$1/postgres/postmaster.pid" 2>/dev/null) || return 1
    [[ -n $pid && -r /proc/$pid/cmdline ]] || return 1
    tr '\0' '\n' <"/proc/$pid/cmdline" | grep -Fxq -- "$dir/$1/postgres" || return 1
    printf '%s\n' "$pid"
}

# Ends process $2 with signal $1 and waits for it.
end_process() {
    local waited=0
    kill "-$1" "$2"
    while kill -0 "$2" 2>/dev/null; do
        ((++waited <= stop_seconds * 10)) || fail "process $2 does not stop; see the logs in $dir"
        sleep 0.1
    done
}

# Stops hub $1 and its database; fails where neither runs.
stop_hub() {
    local pid was_running=1
    if pid=$(hub_process "$1"); then
        end_process TERM "$pid"
        was_running=0
    fi
    if pid=$(database_process "$1"); then
        end_process INT "$pid"
        was_running=0
    fi
    rm -f "$dir/$1.pid"
    return "$was_running"
}

# Stops all hubs that were ever started here; fails where none runs.
stop_hubs() {
    local file was_running=1
    for file in "$dir"/*.out; do
        [[ -e $file ]] || continue
        if stop_hub "$(basename "$file" .out)"; then was_running=0; fi
    done
    return "$was_running"
}

# An address with port $1 where nobody answers there, else with any free port.
address() {
    if (exec 8<>"/dev/tcp/127.0.0.1/$1") 2>/dev/null; then
        say "port $1 is taken, so another one is used"
        printf '127.0.0.1:0\n'
    else
        printf '127.0.0.1:%s\n' "$1"
    fi
}

# The part of the ready line of hub $1 that follows $2.
ready_part() {
    sed -n "s/^tributary-hub ready:.* $2 \([0-9]*\).*/\1/p" "$dir/$1.out" 2>/dev/null
}

# Where hub $1 answers.
hub_url() {
    printf 'http://127.0.0.1:%s\n' "$(cat "$dir/$1.port")"
}

# Starts hub $1 on port $2, or the one it had, with metrics on port $3 and what else is given.
start_hub() {
    local name=$1 pid waited=0 listen metrics
    listen=$(address "$(cat "$dir/$name.port" 2>/dev/null || echo "$2")")
    metrics=$(address "$3")
    shift 3
    : >"$dir/$name.out"
    started_here+=("$name")
    # In a session of its own, and without this script's lock, so that it outlives the script.
    setsid "$hub" serve --data-dir "$dir/$name" --listen "$listen" --metrics-listen "$metrics" "$@" \
        </dev/null >"$dir/$name.out" 2>>"$dir/$name.log" 9>&- &
    pid=$!
    printf '%s\n' "$pid" >"$dir/$name.pid"
    while [[ -z $(ready_part "$name" 'serving on') ]]; do
        if ! kill -0 "$pid" 2>/dev/null; then
            tail -n 5 "$dir/$name.log" >&2
            fail "$name did not start; see above, and $dir/$name.log"
        fi
        ((++waited <= start_seconds * 10)) || fail "$name was not ready within $start_seconds s; see $dir/$name.log"
        sleep 0.1
    done
    ready_part "$name" 'serving on' >"$dir/$name.port"
}

# Sees to it that hub $1 runs; the other arguments are those of start_hub.
provide_hub() {
    local name=$1 pid
    if pid=$(hub_process "$name") && [[ $hub -nt $dir/$name.pid ]]; then
        printf 'the program is newer than the running %s, which is started again\n' "$name"
        stop_hub "$name" || true
    fi
    if pid=$(hub_process "$name") && [[ -n $(ready_part "$name" 'serving on') ]]; then
        printf '%s runs already, as process %s\n' "$name" "$pid"
    else
        if hub_process "$name" >/dev/null; then stop_hub "$name" || true; fi
        start_hub "$@"
    fi
    printf '%s at %s, its PostgreSQL and everything else in %s\n' "$name" "$(hub_url "$name")" "$dir/$name"
}
