#!/bin/sh
# The database client and the dump tool.

client='' clients=''

job_open_dump() {
  find_dumper
  watch_runner
  say phase dump
  send_compressed dump_passes dump
}

# With structure-only tables the dump tool runs twice: their definitions first, since views may need them.
dump_passes() {
  if [ "$structure_count" -gt 0 ]; then
    with_values structure run_dump || return
  fi
  with_values argument run_dump
}

# Imports standard input, decompressed, into the database.
job_open_import() {
  find_client
  say phase import
  receive_compressed import_rows import
}

import_rows() {
  with_values argument run_import >/dev/null
}

# Runs our own SQL and prints its result.
job_run_sql() {
  find_client
  watch_runner
  say phase sql
  with_values argument run_sql "$text"
  report_sql_status sql $?
}

# report_sql_status STAGE STATUS
report_sql_status() {
  say status "$1" "$2"
  [ "$2" = 0 ] || finish 70
}

find_tools() {
  find_client
  find_dumper
}

find_client() {
  find_programs mariadb mysql
  clients=$REPLY
  [ -n "$clients" ] || missing_tool client
  client=${clients%%"$nl"*}
  require_builtin_printf
  check_settings
  find_location
  choose_program "$clients"
  if [ "$client" != "$REPLY" ]; then
    client=$REPLY
    check_settings
  fi
}

find_dumper() {
  find_programs mariadb-dump mysqldump
  [ -n "$REPLY" ] || missing_tool dump-tool
  require_builtin_printf
  choose_program "$REPLY"
  dumper=$REPLY
}

# find_programs NAME…: REPLY lists the programs of these names on the PATH, each one once.
find_programs() {
  REPLY=''
  for name; do
    IFS=:
    for folder in ${PATH:-}; do
      unset IFS
      if [ -f "$folder/$name" ] && [ -x "$folder/$name" ] && is_another "$folder/$name"; then REPLY=$REPLY$folder/$name$nl; fi
      IFS=:
    done
    unset IFS
  done
}

is_another() {
  case $1 in /*) ;; *) return 1 ;; esac
  IFS=$nl
  for known in $REPLY; do
    # shellcheck disable=SC3013 # dash, bash and busybox ash have it
    if [ "$1" -ef "$known" ]; then
      unset IFS
      return 1
    fi
  done
  unset IFS
}

# choose_program LIST: REPLY is the first one of the product that the server is, or else the first one.
choose_program() {
  REPLY=${1%%"$nl"*}
  [ "$1" != "$REPLY$nl" ] || return 0
  [ -n "$flavor" ] || find_flavor
  IFS=$nl
  for program in $1; do
    unset IFS
    if [ "$(product_of "$program")" = "$flavor" ]; then
      REPLY=$program
      return
    fi
    IFS=$nl
  done
  unset IFS
}

# The programs of MariaDB are there under the names of MySQL's, too.
product_of() {
  case ${1##*/}$("$1" --version </dev/null 2>/dev/null) in
    *[Mm]aria[Dd][Bb]*) echo mariadb ;;
    *) echo mysql ;;
  esac
}

# `flavor` is the product of the database server, by the first client that can ask it; empty where none can.
find_flavor() {
  chosen_client=$client
  IFS=$nl
  for client in $clients; do
    unset IFS
    # No more than a word of what may be an endless answer.
    flavor=$(with_values argument run_sql "SELECT IF(CONCAT(VERSION(), @@version_comment) LIKE '%mariadb%', 'mariadb', 'mysql');" 2>/dev/null |
      head -n 1 | cut -c 1-7)
    case $flavor in mariadb | mysql) break ;; esac
    flavor=''
    IFS=$nl
  done
  unset IFS
  client=$chosen_client
}

# The option files that a login of the server's own needs may have settings that no option undoes. The client echoes
# statements and says where it copies answers to: run_sql takes that out. With the others it would run other statements
# than ours, or wait for ever.
check_settings() {
  echoes=''
  if [ -n "$options" ]; then return; fi
  for_each "$("$client" --print-defaults </dev/null 2>/dev/null | tr ' ' "$nl" | grep -e '^--')" check_setting
}

check_setting() {
  setting=${1#--} setting=${setting#loose[-_]}
  case $setting in
    verb* | tee*) echoes=yes ;;
    one* | exec* | wait* | skip[-_]batch) problem client-setting "${setting%%=*}" ;;
  esac
}

# An account that was made for an import connects to where the login of the server's own configuration does.
find_location() {
  [ -n "$location" ] || return 0
  names='host|port|socket|protocol|(loose-)?((skip|disable|enable)-)?(ssl|tls|get-server-public-key|server-public-key-path)'
  locations=$("$client" --print-defaults </dev/null 2>/dev/null | tr ' ' "$nl" | grep -E -e "^--($names)")
}

# Credentials reach the tools in an option file on a descriptor: not as an argument, in the environment or in
# a file on disk. A printf that is not built in would show them in the process list.
require_builtin_printf() {
  [ -n "$options" ] || return 0
  case $(command -v printf) in printf) ;; *) problem printf-not-built-in /bin/sh ;; esac
}

# A login path file would override the option file, so the tools get the path of one that does not exist.
no_login_path=/nonexistent/mylogin.cnf

# log_in ARGUMENT…: the client, with the option file on descriptor 3.
log_in() {
  MYSQL_TEST_LOGIN_FILE=$no_login_path "$client" --defaults-file=/dev/fd/3 "$@"
}

# run_sql SQL ARGUMENT…
run_sql() {
  sql=$1
  shift
  if [ -n "$options" ]; then
    printf '[client]\n%s' "$options" | {
      exec 3<&0
      printf '%s\n' "$sql" | with_lines "$locations" log_in "$@"
    }
  elif [ -n "$echoes" ]; then
    echoed=$(printf '%s\n' "$sql" | "$client" "$@")
    client_status=$?
    printf '%s\n' "$echoed" | sed -e '1{/^Logging to file /d;}' -e '/^--------------$/,/^--------------$/d' -e '/^$/d'
    return "$client_status"
  else
    printf '%s\n' "$sql" | "$client" "$@"
  fi
}

# run_all_sql SQL ARGUMENT…: goes on after a statement that fails. The last of two such options holds.
run_all_sql() {
  run_sql "$@" --force
}

# run_dump ARGUMENT…: tables that are left out go into an option file, since thousands of them are more than the kernel
# takes as arguments.
run_dump() {
  dump_index=0 dump_words=''
  for dump_argument; do
    dump_index=$((dump_index + 1))
    case $dump_argument in
      --ignore-table=* | --ignore-table-data=*) ;;
      *) dump_words="$dump_words \"\${$dump_index}\"" ;;
    esac
  done
  if [ -n "$options" ]; then
    { printf '[client]\n%s' "$options" && print_ignored "$@"; } | dump_with --defaults-file=/dev/fd/0 "$@"
  else
    print_ignored "$@" | dump_with --defaults-extra-file=/dev/fd/0 "$@"
  fi
}

# dump_with OPTION ARGUMENT…: the arguments are those of run_dump, of which the tool gets what is no table to leave out.
dump_with() {
  option_file=$1
  shift
  eval "set -- $dump_words"
  if [ -n "$options" ]; then
    MYSQL_TEST_LOGIN_FILE=$no_login_path "$dumper" "$option_file" "$@"
  else
    "$dumper" "$option_file" "$@"
  fi
}

print_ignored() {
  echo '[mysqldump]'
  for dump_argument; do
    case $dump_argument in
      --ignore-table=* | --ignore-table-data=*) ;;
      *) continue ;;
    esac
    case $dump_argument in
      # The escapes of an option file (MySQL manual, "Using Option Files").
      *[\\\"$nl]*) dump_argument=$(printf '%s\n' "$dump_argument" | sed -e 's/[\\"]/\\&/g' -e '$!s/$/\\n/' | tr -d '\n') ;;
    esac
    dump_argument=${dump_argument#--}
    printf '%s="%s"\n' "${dump_argument%%=*}" "${dump_argument#*=}"
  done
}

# run_import ARGUMENT…: standard input is the SQL, so the option file comes on another descriptor.
run_import() {
  if [ -n "$options" ]; then
    exec 6<&0
    printf '[client]\n%s' "$options" | {
      exec 3<&0 <&6 6<&-
      with_lines "$locations" log_in "$@"
    }
  else
    "$client" "$@"
  fi
}
