#!/bin/sh
# The targets of a restore: facts, tab-separated, one per line. A failure is reported and does not end the
# job, so that one run shows everything. Writes nothing.

job_target_facts() {
  printf 'uid\t%s\n' "$(id -u)"
  report_system
  for name in tar gzip zstd setfacl setfattr; do report_tool "$name" "$name"; done
  report_tool client mariadb mysql
  report_tool dump-tool mariadb-dump mysqldump
  watch_runner
  number=0
  for_each "$paths" report_place
  number=0
  for_each "$users" report_account user passwd
  number=0
  for_each "$groups" report_account group group
  # In a subshell, so that a problem ends only this check.
  if [ -n "$databases" ]; then (list_target_databases); fi
}

# report_place PATH: what is there, or where a link there leads, and the nearest parent folder that exists.
report_place() {
  REPLY=$1
  if [ -h "$1" ] && follow_link "$1"; then printf 'place-link\t%s\t%s\n' "$number" "$REPLY"; fi
  set -- "$REPLY"
  nearest_folder "${1%/*}"
  writable=no
  if [ -d "$REPLY" ] && [ -w "$REPLY" ] && [ -x "$REPLY" ]; then writable=yes; fi
  printf 'place\t%s\t%s\t%s\t%s\n' "$number" "$(place_state "$1")" "$writable" "$REPLY"
  if find_protected "$1" "$REPLY"; then printf 'place-protected\t%s\t%s\n' "$number" "$protected"; fi
  list_mounts "$1" | sed -n "/$tab./s/^/place-inside$tab$number$tab/p" | head -n 100
  printf 'place-mount\t%s\t%s\n' "$number" "$(mount_of "$REPLY")"
  printf 'place-disk\t%s\t%s\n' "$number" "$(df -Pk "$REPLY" 2>/dev/null | sed -n 2p)"
  set +f
  for folder in "${REPLY%/}/.${1##*/}".restoring-*; do report_leftover "$folder"; done
  set -f
  number=$((number + 1))
}

# find_protected PATH…: `protected` is the first of them that even root cannot rename, or rename things in, since it has the
# flag i or a (chattr(1)).
find_protected() {
  for protected in "$@"; do
    [ ! -h "$protected" ] || continue
    case $(lsattr -d -- "$protected" 2>/dev/null | sed 's/ .*//') in *[ia]*) return 0 ;; esac
  done
  return 1
}

place_state() {
  if [ -h "$1" ]; then
    echo 'link'
  elif [ ! -e "$1" ]; then
    echo absent
  elif [ ! -d "$1" ]; then
    echo not-a-folder
  elif list_mounts "$1" | grep -q "$tab\$"; then
    echo mount
  elif [ -r "$1" ] && [ -x "$1" ] && [ -z "$(first_entry "$1")" ]; then
    echo empty
  else
    echo folder
  fi
}

# report_account WORD DATABASE ACCOUNT: the number of an account, the group of a user at a login, and who has the number
# that it had on another server. ACCOUNT is that number, a blank, and its name; one of them may be empty.
report_account() {
  look_up "$2" "${3#* }"
  own=${REPLY#*:*:} login=''
  if [ -n "$REPLY" ] && [ "$1" = user ]; then login=${own#*:} login=${login%%:*}; fi
  look_up "$2" "${3%% *}"
  printf '%s\t%s\t%s\t%s\t%s\n' "$1" "$number" "${own%%:*}" "$login" "${REPLY%%:*}"
  number=$((number + 1))
}

# follow_link LINK: REPLY is the folder that it leads to, or would lead to. Fails, with REPLY the link itself, for a link
# to something else, for one that leads nowhere, and for one of a user who has no say there: only root, we and the owner of
# that folder may send a restore there (as the kernel does it, fs.protected_symlinks).
follow_link() {
  link=$1 link_owners=''
  for _ in 1 2 3 4 5 6 7 8 9 10; do
    [ -h "$link" ] || break
    link_owners="$link_owners $(owner_of "$link")"
    REPLY=$(readlink "$link")
    case $REPLY in /*) link=${REPLY%/} ;; *) link=${link%/*}/${REPLY%/} ;; esac
  done
  physical=''
  if [ -d "$link" ]; then
    physical=$(cd -P "$link/" 2>/dev/null && pwd -P)
  elif [ ! -e "$link" ] && [ ! -h "$link" ]; then
    case ${link##*/} in '' | . | ..) ;; *) physical=$(cd -P "${link%/*}/" 2>/dev/null && pwd -P) && physical=${physical%/}/${link##*/} ;; esac
  fi
  nearest_folder "$physical"
  folder_owner=$(owner_of "$REPLY")
  REPLY=$1
  for link_owner in $link_owners; do
    case $link_owner in 0 | "$folder_owner" | "$(id -u)") ;; *) return 1 ;; esac
  done
  [ -n "$physical" ] && REPLY=$physical
}

owner_of() {
  # shellcheck disable=SC2012 # ls is the way of POSIX
  ls -ldn "$1" 2>/dev/null | awk 'NR == 1 { print $3 }'
}

# A staging folder that a restore left at least a day ago.
report_leftover() {
  # Other users may write here: a folder of theirs, or a link, must not be reported as ours.
  case ${1##*.restoring-} in '' | *[!0-9A-Za-z-]*) return ;; esac
  if [ -h "$1" ] || [ ! -O "$1" ] || [ -h "$1/owner" ] || [ ! -f "$1/owner" ]; then return; fi
  [ -z "$(find "$1/owner" -mmin +1440 2>/dev/null)" ] || printf 'leftover\t%s\n' "$1"
}

# The mount point of the disk of a path: the last column of `df -P` (POSIX).
mount_of() {
  df -P "$1" 2>/dev/null | sed -n '2s/^.*[0-9-]%\{0,1\}  *\(\/.*\)$/\1/p'
}

# What tables and events may need of the server. What it does not have, or this login may not see, is passed over.
list_abilities() {
  with_values argument run_all_sql "
    SELECT 'tablespaces-seen', COUNT(*) FROM information_schema.INNODB_TABLESPACES;
    SELECT 'tablespace', HEX(NAME) FROM information_schema.INNODB_TABLESPACES WHERE SPACE_TYPE = 'General';
    SELECT 'reference-system', SRS_ID FROM information_schema.ST_SPATIAL_REFERENCE_SYSTEMS
      WHERE NOT (ORGANIZATION <=> 'EPSG' AND SRS_ID <= 32767);
    SELECT 'time-zones', CONVERT_TZ('2026-01-01', '+00:00', 'Europe/Berlin') IS NOT NULL;
    SELECT 'keys', COUNT(*) FROM information_schema.PLUGINS
      WHERE PLUGIN_STATUS = 'ACTIVE' AND (PLUGIN_TYPE = 'ENCRYPTION' OR PLUGIN_NAME LIKE 'keyring%');
    SELECT 'keys', COUNT(*) FROM performance_schema.keyring_component_status;" 2>/dev/null
}

list_target_databases() {
  list_databases
  with_values argument run_sql "
    SELECT 'collation', COLLATION_NAME FROM information_schema.COLLATION_CHARACTER_SET_APPLICABILITY;
    SELECT 'character-set', CHARACTER_SET_NAME FROM information_schema.CHARACTER_SETS;
    SELECT 'engine', ENGINE FROM information_schema.ENGINES WHERE SUPPORT IN ('YES', 'DEFAULT');
    SHOW VARIABLES WHERE Variable_name IN ('max_allowed_packet', 'datadir', 'lower_case_table_names', 'read_only', 'super_read_only',
      'log_bin', 'log_bin_trust_function_creators', 'sql_require_primary_key', 'sql_generate_invisible_primary_key',
      'restrict_fk_on_non_standard_key', 'innodb_strict_mode', 'innodb_force_primary_key', 'innodb_page_size',
      'innodb_default_row_format', 'innodb_read_only_compressed', 'disabled_storage_engines', 'enforce_storage_engine', 'event_scheduler');"
  status=$?
  list_abilities
  # Settings of the session that an import would have: each by itself, since a server may lack one or refuse it.
  [ -z "$text" ] || with_values argument run_all_sql "$text" 2>/dev/null
  # Most users may not read this table; the accounts are unknown then.
  with_values argument run_sql "SELECT 'account', HEX(User), HEX(Host) FROM mysql.user;" 2>/dev/null
  data_folder=$(with_values argument run_sql 'SELECT @@datadir;' 2>/dev/null)
  printf 'database-disk\t%s\n' "$(df -Pk "$data_folder" 2>/dev/null | sed -n 2p)"
  report_sql_status inventory "$status"
}
