#!/bin/sh
# The server's side of make-a-backup: what all jobs need. The script is sent in parts: core.sh, then those that
# the job needs, then main.sh (server-script.ts has the table). docs/protocol.md says what it reads and writes.
#
# Plain POSIX shell, for dash, bash and busybox ash:
#   job_NAME    does the job NAME, with `_` for `-`
#   REPLY       what a function gives back besides its exit status; the line above such a function says what
#   lists       one value a line, read by `for_each` and `with_lines`; no name is ever expanded as a pattern
#   problem, finish   end the job, or the subshell that they are called in
set -fu
user_umask=$(umask)
umask 077
user_locale=${LC_ALL:-}
LC_ALL=C
export LC_ALL
nl='
'
tab='	'

# ---------------------------------------------------------------- the request and the report

read_request() {
  nonce='' job='' options='' databases='' everything='' paths='' excludes='' mirror='' bandwidth='' allow_empty=''
  compression='' level='' text='' estimate='' lock='' owner='' wait_seconds=0 argument_count=0 structure_count=0
  staging='' swaps='' watcher='' held=''
  while IFS= read -r line && [ -n "$line" ]; do
    key=${line%%=*} value=${line#*=}
    case $value in *\\*) value=$(printf '%b.' "$value") value=${value%.} ;; esac
    case $key in
      nonce) nonce=$value ;;
      job) job=$value ;;
      option) options=$options$value$nl ;;
      database) databases=$databases$value$nl ;;
      everything) everything=$value ;;
      argument)
        argument_count=$((argument_count + 1))
        eval "argument_$argument_count=\$value"
        ;;
      structure)
        structure_count=$((structure_count + 1))
        eval "structure_$structure_count=\$value"
        ;;
      path) paths=$paths$value$nl ;;
      exclude) excludes=$excludes$value$nl ;;
      mirror) mirror=$value ;;
      bandwidth) bandwidth=$value ;;
      allow-empty) allow_empty=$value ;;
      compression) compression=$value ;;
      level) level=$value ;;
      text) text=$value ;;
      estimate) estimate=$value ;;
      lock) lock=$value ;;
      owner) owner=$value ;;
      wait-seconds) wait_seconds=$value ;;
      staging) staging=$staging$value$nl ;;
      swap) swaps=$swaps$value$nl ;;
    esac
  done
  [ -n "$nonce" ] || exit 64
}

# A line of the report. The leading line break keeps it apart from a tool's last words, which may lack one.
say() {
  printf '\n@%s %s\n' "$nonce" "$*" >&2
}

problem() {
  say problem "$@"
  finish 69
}

finish() {
  trap - EXIT TERM HUP INT PIPE
  [ -z "$watcher" ] || kill "$watcher" 2>/dev/null
  release_held
  exit "$1"
}

# ---------------------------------------------------------------- the runner

# Watches for the end of standard input: then the runner is gone, and the job ends. Heartbeats keep the locks
# fresh.
watch_runner() {
  exec 5<&0
  (
    # A reader by itself, so that ending the watcher leaves no process behind.
    while IFS= read -r _ <&5; do touch_held; done
    # Only where this shell leads its process group: elsewhere the group may hold the server's own processes.
    [ "$(ps -o pgid= -p $$ 2>/dev/null | tr -d ' ')" = "$$" ] && kill -TERM 0
  ) </dev/null >/dev/null 2>&1 &
  watcher=$!
  exec </dev/null 5<&-
  trap 'finish 143' TERM HUP INT PIPE
  trap 'finish 70' EXIT
}

# `held` lists the lock folders of this job; lock.sh takes them.
touch_held() {
  for_each "$held" touch_lock
}

touch_lock() {
  [ ! -d "$1" ] || : >"$1/alive"
}

release_held() {
  for_each "$held" release_lock
  held=''
}

release_lock() {
  [ "$(cat "$1/pid" 2>/dev/null)" != "$$" ] || rm -rf "$1"
}

# ---------------------------------------------------------------- lists

# for_each LIST FUNCTION ARGUMENT…: calls the function for each line of the list, with the line as its last
# argument.
for_each() {
  each_list=$1
  shift
  IFS=$nl
  for each in $each_list; do
    unset IFS
    "$@" "$each"
    IFS=$nl
  done
  unset IFS
}

# with_lines LIST COMMAND…: runs the command once, with each line of the list as one more argument.
with_lines() {
  line_list=$1
  shift
  IFS=$nl
  # shellcheck disable=SC2086 # one argument a line
  set -- "$@" $line_list
  unset IFS
  "$@"
}

# with_values NAME COMMAND…: the same with the numbered values NAME_1, NAME_2 … of the request, which may hold
# line breaks.
with_values() {
  value_name=$1 value_index=1
  shift
  eval "value_count=\$${value_name}_count"
  # shellcheck disable=SC2154 # set by eval
  while [ "$value_index" -le "$value_count" ]; do
    eval "set -- \"\$@\" \"\$${value_name}_$value_index\""
    value_index=$((value_index + 1))
  done
  "$@"
}

# ---------------------------------------------------------------- folders

# expand_home PATH: prints the path, with the home folder for a leading `~/`.
expand_home() {
  # shellcheck disable=SC2088 # the tilde is data here
  case $1 in
    "~/"*) printf '%s\n' "${HOME:-/nonexistent}/${1#??}" ;;
    *) printf '%s\n' "$1" ;;
  esac
}

# nearest_folder PATH: REPLY is the path itself, or the nearest one above it that is there.
nearest_folder() {
  REPLY=$1
  while [ ! -e "$REPLY" ] && [ -n "$REPLY" ]; do REPLY=${REPLY%/*}; done
  REPLY=${REPLY:-/}
}

# Prints something when the folder holds anything. A name may end in line breaks, so the answer is good for
# nothing else.
first_entry() {
  find "$1/." ! -name . -print 2>/dev/null | head -n 1
}

# count_entries KIND PATH…: prints how many there are; KIND is `f`, `d` or `l`.
count_entries() {
  entry_kind=$1
  shift
  find "$@" -type "$entry_kind" -print0 2>/dev/null | tr -cd '\000' | wc -c | tr -d ' '
}
