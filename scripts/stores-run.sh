#!/bin/sh
# All phases with another store, in a clone of the last commit, so that handoffs and baselines here stay as they are:
#   scripts/stores-run.sh postgres [profile]
# Starts the server by scripts/servers/<store>.sh, runs phase 10 to its final handoff, verifies that, and removes everything. A run that
# fails leaves the clone, and says where. Takes what a run of that profile takes (quick: about a quarter of an hour).
set -eu

store=${1:?usage: $0 <store> [profile]}
profile=${2:-quick}
root=$(cd "$(dirname "$0")/.." && pwd)
scratch=$(mktemp -d "${TMPDIR:-/tmp}/tenfold-$store-run-XXXXXX")
server=$root/scripts/servers/$store.sh
pnpm() { npx -y pnpm@10.34.9 "$@"; }

trap '"$server" stop "$scratch/server" || true' EXIT
# the server may be another user, who must get to its folder
chmod a+x "$scratch"
mkdir "$scratch/server"
url=$("$server" start "$scratch/server")
export "TENFOLD_$(echo "$store" | tr '[:lower:]' '[:upper:]')_URL=$url"
export TENFOLD_STORE="$store" TENFOLD_PROFILE="$profile"

git clone --quiet --depth 1 "file://$root" "$scratch/tenfold"
cd "$scratch/tenfold"
pnpm install --frozen-lockfile --prefer-offline --silent
pnpm run phase10
node scripts/tenfold.mjs verify handoff
cp handoff/phase_10_complete.json "$scratch/phase_10_complete.json"
trap - EXIT
"$server" stop "$scratch/server" # before the folder goes that says where it runs
if [ -n "${TENFOLD_KEEP_RUN:-}" ]; then
  echo "kept: $scratch"
else
  rm -rf "$scratch"
fi
