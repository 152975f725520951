# For what runs under Node here. Sourced.
# shellcheck shell=bash

# Debian keeps mariadbd and sshd where an ordinary user's PATH does not lead.
export PATH="$PATH:/usr/local/sbin:/usr/sbin:/sbin"
# tsx would keep what it has compiled in the system's temp folder.
export TSX_DISABLE_CACHE=1

# Makes Debians in folders; for root.
need_debootstrap() {
  if command -v debootstrap >/dev/null; then return; fi
  apt-get update -qq
  apt-get install -y -qq --no-install-recommends debootstrap >/dev/null
}
