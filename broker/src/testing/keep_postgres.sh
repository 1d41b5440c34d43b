# Runs a throw-away PostgreSQL until standard input ends: keep_postgres PROGRAMS DIRECTORY [OPTION…]
# Says `ready` on standard output when it answers. Its log stays in DIRECTORY only if it did not start.
# Lines of standard input stop it, as an operator does, and start it again; each is answered by `ready` when it is done.
programs=$1
directory=$2
shift 2

# PostgreSQL refuses to run as root.
run=""
if [ "$(id -u)" = 0 ]; then
    for user in postgres nobody; do
        if id "$user" >/dev/null 2>&1; then
            chown "$user" "$directory" || exit 1
            run="runuser -u $user --"
            break
        fi
    done
fi
cd "$directory" || exit 1

# A terminal's interrupt reaches us too; the end of the input is what we wait for.
trap '' INT TERM HUP

$run "$programs/initdb" -D "$directory/data" -U intact -A trust -E UTF8 --locale=C --no-sync >"$directory/initdb.log" 2>&1 || exit 1

start() {
    $run "$programs/postgres" -D "$directory/data" -k "$directory" -c listen_addresses= -c fsync=off -c synchronous_commit=off \
        -c full_page_writes=off -c max_connections=400 -c shared_buffers=64MB -c autovacuum=off "$@" \
        </dev/null >"$directory/postgres.log" 2>&1 &
    server=$!
    tries=0
    until [ -S "$directory/.s.PGSQL.5432" ] && grep -q "ready to accept connections" "$directory/postgres.log"; do
        tries=$((tries + 1))
        if [ $tries -gt 600 ] || ! kill -0 $server 2>/dev/null; then
            exit 1
        fi
        sleep 0.1
    done
    echo ready
}

# The signal goes to the server itself, which `runuser` may stand before.
tell() {
    if [ -f "$directory/data/postmaster.pid" ]; then
        $run kill "-$1" "$(head -n 1 "$directory/data/postmaster.pid")"
    fi
}

start "$@"
while read -r command; do
    case $command in
        stop) tell INT && wait $server && echo ready ;;
        start) start "$@" ;;
    esac
done
tell QUIT
wait $server 2>/dev/null
rm -rf "$directory"
