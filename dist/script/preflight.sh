#!/bin/sh
# The preflight of a backup: facts, tab-separated, one per line. A failure is reported and does not end the
# job, so that one run shows everything. Writes nothing.

job_preflight() {
  printf 'clock\t%s\n' "$(date +%s)"
  for name in rsync tar gzip pigz zstd; do report_tool "$name" "$name"; done
  report_tool client mariadb mysql
  report_tool dump-tool mariadb-dump mysqldump
  report_folder lock "${HOME:-/nonexistent}/.make-a-backup"
  [ "$REPLY" != impossible ] || report_folder lock "${TMPDIR:-/tmp}/make-a-backup-$(id -u)"
  watch_runner
  if [ -n "$paths" ]; then check_folders; fi
  # In subshells, so that a problem ends only one check.
  if [ -n "$paths" ] && [ -n "$estimate" ] && command -v rsync >/dev/null; then (estimate_mirror); fi
  if [ -n "$everything$databases" ] && client=$(command -v mariadb || command -v mysql); then (list_broken_views); fi
}

check_folders() {
  for_each "$paths" report_path
  mirror=$(expand_home "$mirror")
  report_folder mirror "$mirror"
  nearest_folder "$mirror"
  printf 'disk\t%s\n' "$(df -Pk "$REPLY" 2>/dev/null | sed -n 2p)"
}

# report_folder WHAT PATH: whether our folder can be used or created. REPLY is its state.
report_folder() {
  nearest_folder "$2"
  if [ -h "$2" ]; then
    REPLY=unusable
  elif [ "$REPLY" = "$2" ]; then
    REPLY=present
    [ -d "$2" ] && [ -O "$2" ] && [ -w "$2" ] && [ -x "$2" ] || REPLY=unusable
    # The lock of the mirror is next to it.
    if [ "$1" = mirror ] && [ ! -w "$2/.." ]; then REPLY=unusable; fi
  elif [ -d "$REPLY" ] && [ -w "$REPLY" ] && [ -x "$REPLY" ]; then
    REPLY=absent
  else
    REPLY=impossible
  fi
  printf 'folder\t%s\t%s\t%s\n' "$1" "$REPLY" "$2"
}

# What rsync would copy, by its own count: excludes patterns and what the mirror already has.
estimate_mirror() {
  present=''
  for_each "$paths" keep_present
  paths=$present
  [ -n "$paths" ] || return 0
  nearest_folder "$mirror"
  run_rsync "$REPLY" --dry-run
  say status rsync $?
  printf '%s\n' "$REPLY" | sed -n -e "s/^Total/stats$tab&/p" -e "s/^Number/stats$tab&/p"
}

keep_present() {
  [ ! -d "$1" ] || present=$present$1$nl
}

# Views that would abort a dump. TABLE_ROWS makes MariaDB open the view, and TABLE_COMMENT then has the error.
list_broken_views() {
  require_builtin_printf
  choose_databases
  with_values argument run_sql "
    SELECT 'broken-view', HEX(TABLE_SCHEMA), HEX(TABLE_NAME), TABLE_ROWS
      FROM information_schema.TABLES
      WHERE TABLE_SCHEMA $REPLY AND TABLE_TYPE = 'VIEW' AND TABLE_COMMENT LIKE '%references invalid%';"
}
