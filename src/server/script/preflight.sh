#!/bin/sh
# The preflight of a backup: facts, tab-separated, one per line. A failure is reported and does not end the
# job, so that one run shows everything. Writes nothing.

job_preflight() {
  printf 'clock\t%s\n' "$(date +%s)"
  report_system
  for name in rsync tar gzip pigz zstd; do report_tool "$name" "$name"; done
  report_tool client mariadb mysql
  report_tool dump-tool mariadb-dump mysqldump
  report_folder lock "${HOME:-/nonexistent}/.make-a-backup"
  [ "$REPLY" != impossible ] || report_folder lock "/tmp/make-a-backup-$(id -u)"
  watch_runner
  if [ -n "$paths" ]; then check_folders; fi
  # In subshells, so that a problem ends only one check.
  if [ -n "$paths" ] && [ -n "$estimate" ] && command -v rsync >/dev/null; then
    (estimate_mirror)
    (rehearse_mirror)
  fi
  find_programs mariadb mysql
  if [ -n "$everything$databases" ] && [ -n "$REPLY" ]; then (examine_databases); fi
}

check_folders() {
  for_each "$paths" report_path
  path_number=0
  for_each "$paths" report_layout
  mirror=$(expand_home "$mirror")
  report_folder mirror "$mirror"
  nearest_folder "$mirror"
  printf 'disk\t%s\n' "$(df -Pk "$REPLY" 2>/dev/null | sed -n 2p)"
  printf 'inodes\t%s\n' "$(df -Pi "$REPLY" 2>/dev/null | sed -n 2p)"
}

# What a backup records of a folder (say_layout), and its links that may lead out: those with an absolute target or a
# `..`. Whether they do is for the runner to see.
report_layout() {
  if find_physical "$1"; then
    printf 'real\t%s\t%s\n' "$path_number" "$REPLY"
    list_mounts "$1" | sed "s/^/mount$tab$path_number$tab/" | head -n 1000
    list_links "$REPLY" | tr '\n\000' '?\n' | grep -e "$tab/" -e "$tab.*[.][.]" |
      sed "s/^/link$tab$path_number$tab/" | head -n 10000
  fi
  if [ -h "$1" ]; then printf 'linked\t%s\t%s\n' "$path_number" "$(link_target "$1")"; fi
  path_number=$((path_number + 1))
}

# list_links FOLDER: path below the folder, tab, target, and a zero byte for each.
list_links() {
  if find / -prune -printf '' 2>/dev/null; then
    find "$1/" -type l -printf '%P\t%l\000' 2>/dev/null
  else
    # shellcheck disable=SC2016 # for the inner shell
    find "$1/" -type l -exec sh -c 'folder=$1; shift; for link; do printf "%s\t%s\000" "${link#"$folder/"}" "$(readlink "$link")"; done' sh "$1" {} + 2>/dev/null
  fi
}

# report_folder WHAT PATH: whether our folder can be used or created. REPLY is its state.
report_folder() {
  nearest_folder "$2"
  if [ -h "$2" ]; then
    REPLY=unusable
  elif [ "$REPLY" = "$2" ]; then
    REPLY=present
    [ -d "$2" ] && [ -O "$2" ] && [ -w "$2" ] && [ -x "$2" ] || REPLY=unusable
  elif [ -d "$REPLY" ] && [ -w "$REPLY" ] && [ -x "$REPLY" ]; then
    REPLY=absent
  else
    REPLY=impossible
  fi
  case $REPLY in
    present | absent)
      state=$REPLY
      nearest_folder "$2"
      full_disk "$REPLY"
      REPLY=${full:-$state}
      ;;
  esac
  printf 'folder\t%s\t%s\t%s\n' "$1" "$REPLY" "$2"
}

# What rsync would copy, by its own count: excludes patterns and what the mirror already has.
estimate_mirror() {
  keep_present || return 0
  nearest_folder "$mirror"
  last_pass=yes
  run_rsync "$REPLY" --dry-run
  say status rsync "$(value_of status)"
  printf '%s\n' "$REPLY" | sed -n -e "s/^Total/stats$tab&/p" -e "s/^Number/stats$tab&/p"
  printf 'skipped\t%s\n' "$(value_of skipped)"
  printf '%s\n' "$REPLY" | sed -n "s/^skip /skip$tab/p"
}

# Keeps those of `paths` that can be looked into. Fails where there are none.
keep_present() {
  present=''
  for_each "$paths" add_present
  paths=$present
  [ -n "$paths" ]
}

add_present() {
  if [ -d "$1" ] && [ -r "$1" ] && [ -x "$1" ]; then present=$present$1$nl; fi
}

# Which patterns leave something out, and which files rsync would copy but may not read: rsync itself opens no
# file in a dry run. Its lines are too many to keep.
rehearse_mirror() {
  keep_present || return 0
  choose_sources
  nearest_folder "$mirror"
  set --
  if rsync --help 2>&1 | grep -q -e '--debug='; then
    set -- --debug=FILTER
    printf 'sees-patterns\tyes\n'
  fi
  with_lines "$rsync_words" rsync_to "$REPLY" -aHR --dry-run '--out-format=%i %n' "$@" 2>/dev/null |
    awk "$sift_rehearsal" | note_unreadable
}

# One line for each pattern, and one for each file.
# shellcheck disable=SC2016 # awk's own
sift_rehearsal='
  /^>f[^ ]+ / { print "file " substr($0, index($0, " ") + 1); next }
  / because of pattern / {
    pattern = $0
    sub(/.* because of pattern /, "", pattern)
    if (!seen[pattern]++) print "pattern " pattern
  }'

# Reads these lines; names the first twenty of the files that this user may not read.
note_unreadable() {
  unreadable=0
  while IFS= read -r line; do
    case $line in
      'pattern '*) printf 'pattern\t%s\n' "${line#pattern }" ;;
      *)
        raw_name "${line#file }"
        # By opening it: what a mode says is not all where there are access control lists and network drives.
        { command true <"$REPLY"; } 2>/dev/null || [ ! -e "$REPLY" ] || name_unreadable "$REPLY"
        ;;
    esac
  done
  printf 'unreadable\t%s\n' "$unreadable"
}

# raw_name NAME: REPLY is a name that rsync printed, with the bytes that it escapes.
raw_name() {
  REPLY=/${1#/}
  case $1 in
    *\\#[0-7][0-7][0-7]*)
      REPLY=$(printf '%s\n' "$REPLY" | sed -e 's/\\/\\\\/g' -e 's/\\\\#\([0-7][0-7][0-7]\)/\\0\1/g')
      REPLY=$(printf '%b.' "$REPLY")
      REPLY=${REPLY%.}
      ;;
  esac
}

name_unreadable() {
  unreadable=$((unreadable + 1))
  [ "$unreadable" -gt 20 ] || printf 'unreadable-file\t%s\n' "$(printf '%s' "$1" | od -An -v -tx1 | tr -d ' \n')"
}

# Views that would abort a dump. TABLE_ROWS makes MariaDB
# open the view, and TABLE_COMMENT then has the error.
examine_databases() {
  find_client
  choose_databases
  with_values argument run_sql "
    SELECT 'broken-view', HEX(TABLE_SCHEMA), HEX(TABLE_NAME), TABLE_ROWS
      FROM information_schema.TABLES
      WHERE TABLE_SCHEMA $REPLY AND TABLE_TYPE = 'VIEW' AND TABLE_COMMENT LIKE '%references invalid%';"
}
