#!/usr/bin/env bash
# The pipeline on Node 24: the binary comes from the npm package `node`, the clone is a fresh one, so that native add-ons are built for it.
set -eu
cd "$(dirname "$0")/.."
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
npm install --silent --prefix "$work/node" node@24
git clone -q . "$work/tenfold"
export PATH="$work/node/node_modules/node/bin:$PATH"
cd "$work/tenfold"
node --version | grep -q '^v24'
npm run phase10
