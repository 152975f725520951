# For what runs under Node here. Sourced.
# shellcheck shell=bash

# Debian keeps mariadbd and sshd where an ordinary user's PATH does not lead.
export PATH="$PATH:/usr/local/sbin:/usr/sbin:/sbin"
# tsx would keep what it has compiled in the system's temp folder.
export TSX_DISABLE_CACHE=1
