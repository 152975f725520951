# Debian keeps mariadbd and sshd where an ordinary user's PATH does not lead. Sourced.
# shellcheck shell=bash
export PATH="$PATH:/usr/local/sbin:/usr/sbin:/sbin"
