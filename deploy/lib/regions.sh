# shellcheck shell=bash
# Three regions and a global hub above them, for the quickstart. To be sourced by it, whose functions and variables these
# use.
# shellcheck disable=SC2154

above=global
regions=(us eu asia)
# Whose patterns each region's spoke has, in the order of the regions.
regional_spokes=(alice bruno chika)
converge_seconds=60
# A pattern that all three spokes have something to say about.
shown_collection=skills-patterns
shown_pattern=skill-nix-flake-check

# Makes hub $1 a node of the global hub.
join_region() {
    local region=$1
    enrol "$region" "$above" hub
    "$hub" upstream add "$(hub_url "$above")" --node "$region" --token-file "$dir/$region-node/token" \
        --data-dir "$dir/$region" >/dev/null || fail "$region could not be joined to $above; see above"
    printf '%s is a node of %s\n' "$region" "$above"
}

# How many statements hub $1 holds, by collection.
held_by() {
    "$hub" collection list --json --data-dir "$dir/$1" | grep -Eo '"(collection|contributions)":("[^"]*"|[0-9]+)'
}

# Waits until all hubs hold as many statements as the global one.
await_agreement() {
    local region waited=0 begun=$SECONDS
    for region in "${regions[@]}"; do
        until [[ "$(held_by "$region")" == "$(held_by "$above")" ]]; do
            if ((++waited > converge_seconds * 2)); then
                "$hub" upstream status --data-dir "$dir/$region" >&2 || true
                fail "$region and $above did not come to hold the same within $converge_seconds s; see above"
            fi
            sleep 0.5
        done
    done
    printf 'all hubs hold the same, after %s s\n' "$((SECONDS - begun))"
}

show_journeys() {
    local region
    heading 'What travelled where: what each region passed on, and whose statements it was given'
    for region in "${regions[@]}"; do
        printf '\n%s\n' "$region"
        "$hub" upstream status --data-dir "$dir/$region" | indented
    done
    heading "One pattern as asia knows it: who said what, by way of which hubs"
    "$hub" why "$shown_collection" "$shown_pattern" --data-dir "$dir/asia" | indented
}

show_next_with_regions() {
    local region
    printf '\n== Try next\n\n'
    printf 'The hubs:\n'
    for region in "$above" "${regions[@]}"; do
        printf '   %-6s %s, in %s\n' "$region" "$(hub_url "$region")" "$dir/$region"
    done
    cat <<TEXT
What chika in asia knows now, with the origin of each:
   $spoke list $shown_collection --state $dir/chika/state
How it stands between asia and the global hub, also while you change something:
   $hub upstream status --data-dir $dir/asia
Take a pattern back in one region, and see it gone in another after the next round there:
   $hub retraction add $shown_collection $shown_pattern --reason "to try it" --data-dir $dir/us
   $hub why $shown_collection $shown_pattern --data-dir $dir/asia
Compare what each hub has stored with what was said:
   $hub verify --data-dir $dir/$above

Stop them, keeping everything: $root/deploy/quickstart --regions --dir $dir --stop
Remove everything it made:     $root/deploy/quickstart --regions --dir $dir --clean
TEXT
}

start_regions() {
    local region index port=$usual_port metrics_port=$usual_metrics_port
    heading 'Hubs: one above, and one for each region'
    for region in "$above" "${regions[@]}"; do
        provide_hub "$region" "$port" "$metrics_port" --name "$region"
        port=$((port + 1)) metrics_port=$((metrics_port + 1))
    done
    heading 'Joining the regions, and enrolling a spoke in each'
    for region in "${regions[@]}"; do join_region "$region"; done
    for index in "${!regions[@]}"; do enrol "${regional_spokes[$index]}" "${regions[$index]}" spoke; done
    heading 'Round 1: each spoke pushes to the hub of its region'
    for index in "${!regions[@]}"; do sync "${regional_spokes[$index]}" "${regions[$index]}"; done
    heading 'Between the hubs'
    await_agreement
    heading 'Round 2: each spoke pulls from the hub of its region what all regions know'
    for index in "${!regions[@]}"; do sync "${regional_spokes[$index]}" "${regions[$index]}"; done
    show_journeys
    show_next_with_regions
}
