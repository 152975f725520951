#!/bin/sh
# The server side of make-a-backup: the functions that all jobs need. The script is sent in parts: core.sh,
# the parts of the job (server-script.ts has the table), main.sh. docs/protocol.md has the protocol.
#
# Plain POSIX shell, for dash, bash and busybox ash:
#   job_NAME    runs the job NAME, with `_` for `-`
#   REPLY       what a function returns besides its exit status; its comment says what
#   lists       one value per line, read by `for_each` and `with_lines`; names are never expanded as patterns
#   problem, finish   end the job, or the subshell that calls them
set +vx
set -fu
unset IFS
# bash takes over functions from the environment: none of them may replace a tool.
if [ -n "${BASH_VERSION:-}" ]; then
  for imported in $(command env | command sed -n 's/^BASH_FUNC_\([A-Za-z0-9_.:-]*\)%%=.*/\1/p'); do command unset -f "$imported"; done
fi
user_umask=$(umask)
umask 077
user_locale=${LC_ALL:-}
LC_ALL=C
export LC_ALL
nl='
'
tab='	'

# ---------------------------------------------------------------- the request and the report

# `key` and `value` of `line`, of a request or a configuration: `\\` in the value is a backslash and `\n` a line break.
split_line() {
  if [ "${#line}" -gt 1000 ]; then
    # In a long line that has none a shell would look for the sign for hours.
    case $line in ????=* | ?????=* | ??????=* | ???????=* | ????????=* | ?????????=*) ;; *) line='(a long line)' ;; esac
  fi
  key=${line%%=*} value=${line#*=}
  case $value in *\\*) value=$(printf '%b.' "$value") value=${value%.} ;; esac
}

read_request() {
  nonce='' job='' options='' databases='' everything='' paths='' excludes='' mirror='' bandwidth='' allow_empty=''
  compression='' level='' text='' estimate='' lock='' owner='' wait_seconds=0 argument_count=0 structure_count=0
  users='' groups='' staging='' swaps='' location='' locations='' flavor='' watcher='' held='' making=''
  compare='' traits='' progress='' edit_roots='' unknown='' stand_ons='' keeps='' base='' seen_seconds=''
  while IFS= read -r line && [ -n "$line" ]; do
    split_line
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
      user) users=$users$value$nl ;;
      group) groups=$groups$value$nl ;;
      exclude) excludes=$excludes$value$nl ;;
      mirror) mirror=$value ;;
      bandwidth) bandwidth=$value ;;
      compare) compare=$value ;;
      stand-on) stand_ons=$stand_ons$value$nl ;;
      keep) keeps=$keeps$value$nl ;;
      base) base=$value ;;
      allow-empty) allow_empty=$value ;;
      compression) compression=$value ;;
      level) level=$value ;;
      text) text=$value ;;
      traits) traits=$value ;;
      estimate) estimate=$value ;;
      lock) lock=$value ;;
      location) location=$value ;;
      flavor) flavor=$value ;;
      owner) owner=$value ;;
      wait-seconds) wait_seconds=$value ;;
      staging) staging=$staging$value$nl ;;
      swap) swaps=$swaps$value$nl ;;
      *) unknown=$key ;;
    esac
  done
  [ -n "$nonce" ] || exit 64
}

# The marker of standard output, and the first word of the report.
begin() {
  printf '@%s\n' "$nonce"
  say begin
}

# Runs the job of the request.
run_job() {
  # The command of the user runs as in a login.
  [ "$job" = run-command ] || clean_environment
  # The lowest priority that needs no privileges, for the disk, too (ioprio_set(2)): a backup must not slow down the site.
  # For a restore the site waits.
  case $job in
    open-extract | open-import | count-trees | give-attributes) ;;
    *) renice -n 19 -p $$ >/dev/null 2>&1 || : ;;
  esac
  handler=job_$job
  while :; do
    case $handler in
      *-*) handler=${handler%%-*}_${handler#*-} ;;
      *) break ;;
    esac
  done
  command -v "$handler" >/dev/null || problem unknown-job "$job"
  "$handler"
  say 'done'
  finish 0
}

# A line of the report. It starts with a line break, since the last line of a tool may end without one.
say() {
  printf '\n@%s %s\n' "$nonce" "$*" >&2
}

problem() {
  say problem "$@"
  finish 69
}

# missing_tool NAME: ends the job. The runner knows its package by the description of the system.
missing_tool() {
  describe_system
  problem missing-tool "$1" "$REPLY"
}

# REPLY is the distribution, by the words of its os-release, and the database server that is installed: its
# package where there is rpm, otherwise `mysql` or `mariadb`.
describe_system() {
  distribution=$(sed -n 's/^ID\(_LIKE\)\{0,1\}="\{0,1\}\([^"]*\).*/\2/p' /etc/os-release 2>/dev/null | tr ' \n' ',,')
  find_database_server
  REPLY="${distribution:-unknown} $REPLY"
}

find_database_server() {
  REPLY=unknown
  for program in "$(command -v mariadbd)" "$(command -v mysqld)" /usr/sbin/mariadbd /usr/sbin/mysqld \
    /usr/libexec/mariadbd /usr/libexec/mysqld /usr/bin/mariadbd /usr/bin/mysqld; do
    [ -x "$program" ] || continue
    REPLY=$(rpm -qf --qf '%{NAME}' "$program" 2>/dev/null) && return
    case $program$("$program" --version </dev/null 2>/dev/null) in
      *[Mm]aria*) REPLY=mariadb ;;
      *) REPLY=mysql ;;
    esac
    return
  done
}

finish() {
  # From here on nothing ends it: a lock would stay.
  trap '' TERM HUP INT PIPE
  trap - EXIT
  [ -z "$watcher" ] || end_child "$watcher"
  release_held
  exit "$1"
}

# end_child PID: ends a process that this shell has started in the background. When it has ended by itself, its number may
# be that of another process, or of a thread, by now.
end_child() {
  if IFS= read -r stat 2>/dev/null <"/proc/$1/stat"; then
    # State and parent come behind the name, which is in parentheses and may be anything.
    stat=${stat##*') '} stat=${stat#* }
    [ "${stat%% *}" = "$$" ] || return 0
  elif [ -e /proc/self/stat ]; then
    return 0
  fi
  kill "$1" 2>/dev/null
}

# ---------------------------------------------------------------- the environment

# Unsets what in the environment of a login would change a tool. In the list of `export -p`, a line of a value may look
# like another variable: no harm, it is not set.
clean_environment() {
  unset POSIXLY_CORRECT GREP_OPTIONS
  for_each "$(export -p)" clean_setting
}

clean_setting() {
  case $1 in export\ * | declare\ * | typeset\ *) ;; *) return ;; esac
  setting=${1%%=*} setting=${setting##* }
  case $setting in
    LC_ALL | *[!A-Za-z0-9_]*) ;;
    LC_* | LANG | LANGUAGE | TAR_OPTIONS | TAPE | RSYNC_* | GZIP | PIGZ | ZSTD_* | XZ_* | BZIP | BZIP2 | GREP_*) unset "$setting" ;;
    LS_OPTIONS | QUOTING_STYLE | TIME_STYLE | BLOCKSIZE | BLOCK_SIZE | *_BLOCKSIZE | *_BLOCK_SIZE) unset "$setting" ;;
    _POSIX2_VERSION | MYSQL_* | LIBMYSQL_* | MARIADB_* | TMPDIR | CDPATH | ENV | BASH_ENV) unset "$setting" ;;
  esac
}

# ---------------------------------------------------------------- the runner

# Ends the job when standard input ends, since the runner is gone then. Each heartbeat refreshes the locks.
watch_runner() {
  exec 5<&0
  (
    # The watcher itself reads, so that ending it leaves no process behind.
    while IFS= read -r _ <&5; do touch_held; done
    # Only if this shell leads its process group: otherwise the group may contain processes of the server.
    [ "$(group_of $$)" = "$$" ] && kill -TERM 0
  ) </dev/null >/dev/null 2>&1 &
  watcher=$!
  exec </dev/null 5<&-
  trap 'finish 143' TERM HUP INT PIPE
  trap 'finish 70' EXIT
}

# group_of PID: prints its process group. From /proc (proc(5)), since many servers have no ps; others have no /proc.
group_of() {
  if [ -r "/proc/$1/stat" ]; then
    # The name of the program comes before this, in parentheses, and may be anything.
    sed -n '$s/.*) [A-Za-z] [0-9]* \([0-9]*\) .*/\1/p' "/proc/$1/stat" 2>/dev/null
  else
    ps -o pgid= -p "$1" 2>/dev/null | tr -d ' '
  fi
}

# `held` lists the lock folders that this job holds; lock.sh takes them. A beat differs from the last one, so that
# others see it whatever the clock does.
touch_held() {
  beats=$((${beats:-0} + 1))
  for_each "$held" touch_lock
}

touch_lock() {
  [ ! -d "$1" ] || echo "$beats" >"$1/alive"
}

release_held() {
  for_each "$held" release_lock
  held=''
}

# One that is only being made does not say yet whose it is.
release_lock() {
  if [ "$1" = "$making" ] || [ "$(cat "$1/pid" 2>/dev/null)" = "$$" ]; then rm -rf "$1"; fi
}

# ---------------------------------------------------------------- lists

# for_each LIST FUNCTION ARGUMENT…: calls the function for each line of the list, with the line as last
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

# has_line LIST LINE
has_line() {
  case $nl$1 in *"$nl$2$nl"*) ;; *) return 1 ;; esac
}

# with_lines LIST COMMAND…: runs the command once, with the lines of the list as further arguments.
with_lines() {
  line_list=$1
  shift
  IFS=$nl
  # shellcheck disable=SC2086 # one argument a line
  set -- "$@" $line_list
  unset IFS
  "$@"
}

# with_values NAME COMMAND…: the same with the numbered values NAME_1, NAME_2 … of the request, which may
# contain line breaks.
with_values() {
  value_name=$1
  shift
  eval "value_count=\$${value_name}_count"
  # All at once: a shell copies what it has for each `set`, and there is an argument for each table that is left out.
  eval "set -- \"\$@\"$(value_words)"
  "$@"
}

value_words() {
  value_index=1
  # shellcheck disable=SC2154 # set by eval
  while [ "$value_index" -le "$value_count" ]; do
    printf ' "$%s_%s"' "$value_name" "$value_index"
    value_index=$((value_index + 1))
  done
}

# ---------------------------------------------------------------- folders

# make_folder PATH CODE OPTION…: makes a folder of ours, or ends the job with the problem CODE; a disk that is full is
# called so.
make_folder() {
  made=$1 made_code=$2
  shift 2
  made_error=$(mkdir "$@" -- "$made" 2>&1) || cannot_write "$made_code" "$made" "$made_error"
}

# cannot_write CODE PATH ERROR: ends the job because of what a tool said.
cannot_write() {
  [ -z "$3" ] || printf '%s\n' "$3" >&2
  nearest_folder "$2"
  full_disk "$REPLY"
  case $3 in
    *'No space left'*) problem disk-full "${full:-space} $2" ;;
    # dash says nothing else when it cannot write.
    '' | *'I/O error'*) [ -z "$full" ] || problem disk-full "$full $2" ;;
    *[Qq]'uota exceeded'*) problem disk-full "quota $2" ;;
    *'Read-only file system'*) problem disk-full "read-only $2" ;;
  esac
  problem "$1" "$2"
}

# full_disk FOLDER: `full` is `inodes` or `space` where the disk has none of them left for us, and '' otherwise.
full_disk() {
  full=''
  [ "$(left_on -i "$1")" != 0 ] || full=inodes
  # A lock takes a folder and some files.
  left=$(left_on -k "$1")
  [ "${left:-32}" -ge 32 ] || full=space
}

# left_on OPTION FOLDER: prints what df counts as available on its disk; nothing where it does not say.
left_on() {
  df -P "$1" "$2" 2>/dev/null | sed -n '2s/.* \([0-9][0-9]*\)  *[0-9]*%  *\/.*/\1/p'
}

# expand_home PATH: prints the path, with a leading `~/` replaced by the home folder.
expand_home() {
  # shellcheck disable=SC2088 # the tilde is data here
  case $1 in
    "~/"*) printf '%s\n' "${HOME:-/nonexistent}/${1#??}" ;;
    *) printf '%s\n' "$1" ;;
  esac
}

# nearest_folder PATH: REPLY is the path itself or its nearest parent that exists.
nearest_folder() {
  REPLY=$1
  while [ ! -e "$REPLY" ] && [ -n "$REPLY" ]; do REPLY=${REPLY%/*}; done
  REPLY=${REPLY:-/}
}

# Prints something if the folder is not empty. Only that is certain: a name may contain line breaks.
first_entry() {
  find "$1/." ! -name . -print 2>/dev/null | head -n 1
}

# count_entries KINDS PATH…: prints each of the kinds (`f d l p b c s`), with the number of its entries.
count_entries() {
  entry_kinds=$1
  shift
  if find / -maxdepth 0 -printf '%y' >/dev/null 2>&1; then
    find "$@" -printf '%y\n' 2>/dev/null | awk -v kinds="$entry_kinds" '
      { count[$1]++ }
      END {
        last = split(kinds, kind, " ")
        for (at = 1; at <= last; at++) print kind[at], count[kind[at]] + 0
      }'
  else
    for entry_kind in $entry_kinds; do
      echo "$entry_kind $(find "$@" -type "$entry_kind" -print0 2>/dev/null | tr -cd '\000' | wc -c | tr -d ' ')"
    done
  fi
}

# ---------------------------------------------------------------- accounts

# look_up DATABASE KEY: REPLY is the line of an account, by name or number, or nothing.
look_up() {
  REPLY=''
  if [ -z "$2" ]; then return; fi
  if command -v getent >/dev/null; then
    REPLY=$(getent "$1" "$2" 2>/dev/null | head -n 1)
  else
    REPLY=$(KEY=$2 awk -F: '$1 == ENVIRON["KEY"] || $3 == ENVIRON["KEY"]' "/etc/$1" 2>/dev/null | head -n 1)
  fi
}
