#!/usr/bin/env bash
# Changes one digit in a copy of the handoffs: `verify` must exit 1 and name the field.
set -eu
cd "$(dirname "$0")/.."
copy=$(mktemp -d)
trap 'rm -rf "$copy"' EXIT
cp -r handoff "$copy/"
touch "$copy/pnpm-workspace.yaml"
node - "$copy/handoff/phase_8_complete.json" <<'JS'
const fs = require('node:fs')
const file = process.argv[2]
const handoff = JSON.parse(fs.readFileSync(file, 'utf8'))
handoff.before['query.ms'].p50 += 1
fs.writeFileSync(file, `${JSON.stringify(handoff, null, 2)}\n`)
JS
set +e
output=$(node packages/cli/dist/main.js verify "$copy/handoff")
code=$?
set -e
echo "$output" | head -3
[ "$code" -eq 1 ]
echo "$output" | grep -q 'before.*query.ms.*p50'
