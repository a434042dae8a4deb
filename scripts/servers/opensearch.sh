#!/bin/sh
# A real search server for tests and trials, as scripts/servers/postgres.sh is a real PostgreSQL:
#   opensearch.sh|elasticsearch.sh start <folder>   on free ports of 127.0.0.1, and prints its URL
#   opensearch.sh|elasticsearch.sh stop <folder>    ends it
# It is fetched by Maven once (scripts/servers/artifacts.ts). Without mvn and a JDK 17: "not tested here", exit 3.
set -eu

kind=$(basename "$0" .sh) command=${1:-} folder=${2:-}
root=$(cd "$(dirname "$0")/../.." && pwd)
case "$command $folder" in
  "start "?*)
    mkdir -p "$folder"
    cd "$root"
    # in a session of its own, so that an interrupt ends the trial first and then, by stop, the server
    setsid node --conditions=@tenfold/source --import tsx scripts/search-server.ts "$kind" >"$folder/url" 2>"$folder/log" </dev/null &
    echo $! >"$folder/pid"
    while [ ! -s "$folder/url" ]; do
      kill -0 "$(cat "$folder/pid")" 2>/dev/null || { wait "$(cat "$folder/pid")" || code=$?; cat "$folder/log" >&2; exit "${code:-1}"; }
      sleep 0.2
    done
    sed 's/^[A-Z_]*=//' "$folder/url"
    ;;
  "stop "?*)
    pid=$(cat "$folder/pid")
    kill "$pid" 2>/dev/null || true
    while kill -0 "$pid" 2>/dev/null; do sleep 0.2; done
    ;;
  *)
    echo "usage: $0 start|stop <folder>" >&2
    exit 2
    ;;
esac
