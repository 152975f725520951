# Debians in folders, by debootstrap; for root. Sourced.
# shellcheck shell=bash
# shellcheck disable=SC2016  # what is in single quotes is for the shell inside

need_root() {
  if [ "$(id -u)" -eq 0 ]; then return; fi
  echo "$1 needs root: debootstrap, chroot and mounts." >&2
  exit 2
}

need_debootstrap() {
  if command -v debootstrap >/dev/null; then return; fi
  apt-get update -qq
  apt-get install -y -qq --no-install-recommends debootstrap >/dev/null
}

# inside ROOT COMMAND...: with its own processes and mounts, which end with it.
inside() {
  local root=$1
  shift
  unshare --mount --pid --fork --kill-child --propagation private bash -c '
    set -e
    root=$1
    shift
    mount -t proc proc "$root/proc"
    mount --rbind /dev "$root/dev"
    exec chroot "$root" "$@"' inside "$root" "$@"
}

# make_debian SUITE ROOT LOG SCRIPT: with nothing but what debootstrap brings; then runs the script inside, with a list of
# packages at hand. The file /ready says that all went well; a folder without it is made anew.
make_debian() {
  local suite=$1 root=$2 log=$3 then=$4 script=/usr/share/debootstrap/scripts/$1 mirror certificate
  if [ -e "$root/ready" ]; then return; fi
  need_debootstrap
  rm -rf "$root"
  # A debootstrap of an older Debian does not know the names of later ones; all of them are made like sid.
  [ -e "$script" ] || script=/usr/share/debootstrap/scripts/sid
  # The mirror of this machine, so that a nearer one is used where it is set.
  mirror=$(sed -nE 's/^(deb|URIs:) +(\[[^]]*\] +)?(https?:[^ ]*debian\/?)( .*)?$/\3/p' /etc/apt/sources.list \
    /etc/apt/sources.list.d/* 2>/dev/null | sed -n 1p || true)
  mirror=${mirror:-http://deb.debian.org/debian}
  echo "Making Debian $suite from $mirror"
  debootstrap --variant=minbase "$suite" "$root" "$mirror" "$script" > "$log" || { tail -n 5 "$log" >&2; return 1; }
  # What this machine trusts beside the well-known authorities: a proxy that looks into TLS, say.
  mkdir -p "$root/usr/local/share/ca-certificates"
  for certificate in /usr/local/share/ca-certificates/*.crt; do
    if [ -e "$certificate" ]; then cp "$certificate" "$root/usr/local/share/ca-certificates/"; fi
  done
  cp /etc/resolv.conf "$root/etc/resolv.conf"
  echo "127.0.0.1 localhost $(hostname)" > "$root/etc/hosts"
  # Nothing is started when it is installed.
  printf '#!/bin/sh\nexit 101\n' > "$root/usr/sbin/policy-rc.d"
  chmod 755 "$root/usr/sbin/policy-rc.d"
  inside "$root" bash -ec '
    export DEBIAN_FRONTEND=noninteractive
    # A mirror that does not change is good enough for a trial.
    apt-get update || { echo "Acquire::Check-Valid-Until \"false\";" > /etc/apt/apt.conf.d/99-old-mirror && apt-get update; }
    eval "$1"
    apt-get clean
    touch /ready' make "$then" >> "$log" 2>&1 || { tail -n 5 "$log" >&2; return 1; }
}
