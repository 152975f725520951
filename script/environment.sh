# For what runs under Node here. Sourced.
# shellcheck shell=bash

# Debian keeps mariadbd and sshd where an ordinary user's PATH does not lead.
export PATH="$PATH:/usr/local/sbin:/usr/sbin:/sbin"
# tsx would keep what it has compiled in the system's temp folder.
export TSX_DISABLE_CACHE=1

# For one run of the tests: a temporary folder that ends with it.
use_own_temp() {
  # Short, since a socket may have a path of 107 bytes (unix(7)).
  TMPDIR=$(mktemp -d "${TMPDIR:-/tmp}/m-XXXXXX")
  export TMPDIR
  # Users of the tests look into folders below it.
  chmod 755 "$TMPDIR"
  trap 'rm -rf "$TMPDIR"' EXIT
}
