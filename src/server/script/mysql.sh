#!/bin/sh
# The database client and the dump tool.

job_open_dump() {
  find_tools
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
  find_tools
  say phase import
  receive_compressed import_rows import
}

import_rows() {
  with_values argument run_import >/dev/null
}

# Runs our own SQL and prints its result.
job_run_sql() {
  find_tools
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
  client=$(command -v mariadb || command -v mysql) || missing_tool client
  dumper=$(command -v mariadb-dump || command -v mysqldump) || missing_tool dump-tool
  require_builtin_printf
  check_settings
  find_location
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

# run_dump ARGUMENT…
run_dump() {
  if [ -n "$options" ]; then
    printf '[client]\n%s' "$options" | MYSQL_TEST_LOGIN_FILE=$no_login_path "$dumper" --defaults-file=/dev/fd/0 "$@"
  else
    "$dumper" "$@" </dev/null
  fi
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
