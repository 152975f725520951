#!/bin/sh
# The server side of make-a-backup, in one POSIX shell script: it runs under dash, bash and busybox ash.
#
# It arrives with each connection and leaves nothing behind but the mirror and the locks. It is constant text: every value
# comes as data on standard input, one `key=value` a line, up to an empty line. In values `\\` stands for a backslash and `\n` for a
# line break. What is still to come on standard input is the data of `import` and `extract`; for all other jobs they are heartbeats, a
# line each. Its end means that the runner is gone, or has sent everything.
#
# Standard output carries a line `@NONCE`, then the job's data and nothing else: whatever a login shell printed before is told
# apart by the nonce. Standard error carries what tools print, and lines of ours, `@NONCE WORD VALUE`:
#   begin                  the first line of ours: what came before it was printed by the login shell
#   phase  NAME            what the job is doing now
#   size   BYTES           how many bytes the archive will hold, about
#   count  KIND NUMBER     entries in the mirror
#   swapped PATH           a folder now stands in its place
#   stuck PATH             a swap that could be neither finished nor undone
#   problem CODE DETAIL    why the job cannot be done; exit status 69
#   status STAGE CODE      the exit status of one stage of the pipeline
#   done                   the last line of a job that did all it was asked for
#
# shellcheck disable=SC2317 # functions are also called by name, through command_with and pipe_compressed
set -u
user_umask=$(umask)
umask 077
user_locale=${LC_ALL:-}
LC_ALL=C
export LC_ALL
nl='
'

main() {
  read_request
  printf '@%s\n' "$nonce"
  say begin
  # The lowest priority that needs no rights; a site must not feel its backup.
  renice -n 19 -p $$ >/dev/null 2>&1 || :
  ionice -c 2 -n 7 -p $$ >/dev/null 2>&1 || :
  case $job in
    lock) lock_prefix ;;
    inventory) take_inventory ;;
    dump) dump_database ;;
    archive) archive_folders ;;
    command) run_command ;;
    preflight) look_around ;;
    cleanup) clean_up ;;
    target) look_at_target ;;
    sql) run_statements ;;
    import) import_database ;;
    extract) extract_archive ;;
    count) count_trees ;;
    swap) swap_folders ;;
    swap-state) tell_swaps ;;
    unswap) unswap_folders ;;
    tidy) tidy_up ;;
    *) problem unknown-job "$job" ;;
  esac
  say 'done'
  finish 0
}

# ---------------------------------------------------------------- the request and the report

read_request() {
  nonce='' job='' options='' databases='' everything='' paths='' excludes='' mirror='' bandwidth='' allow_empty=''
  compression='' level='' text='' estimate='' lock='' owner='' wait_seconds=0 argument_count=0 structure_count=0 watcher='' held=''
  staging='' swaps=''
  while IFS= read -r line && [ -n "$line" ]; do
    key=${line%%=*} value=${line#*=}
    case $value in *\\*) value=$(printf '%b.' "$value") value=${value%.} ;; esac
    case $key in
      nonce) nonce=$value ;;
      job) job=$value ;;
      option) options=$options$value$nl ;;
      database) databases="$databases $value" ;;
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

# The leading line break keeps the report apart from a tool's last words, which may lack one.
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

# Watches for the end of standard input: then the runner is gone, and so is the reason to go on. Heartbeats keep the locks fresh.
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

# ---------------------------------------------------------------- locks

# A lock is a folder: making one is atomic everywhere. It lives as long as its holder and the holder's heartbeats.
#   take_lock FOLDER WAIT_SECONDS    sets `busy` to the owner's words when someone else has it
take_lock() {
  waited=0
  while ! mkdir "$1" 2>/dev/null; do
    [ -d "$1" ] || problem state-folder "$1"
    if is_stale "$1"; then break_lock "$1"; continue; fi
    if [ "$waited" -ge "$2" ]; then
      busy=$(cat "$1/owner" 2>/dev/null)
      return 1
    fi
    sleep 1
    waited=$((waited + 1))
  done
  : >"$1/alive"
  printf '%s\n' "$$" >"$1/pid"
  printf '%s\n' "$owner" >"$1/owner"
  held=$held$1$nl
}

# Dead: its holder is gone, or has not heard from its runner for two minutes (heartbeats come every 15 seconds).
is_stale() {
  if [ ! -e "$1/alive" ]; then
    # Being made right now, or its holder died in that very moment.
    [ -n "$(find "$1" -prune -mmin +2 2>/dev/null)" ]
    return
  fi
  holder=$(cat "$1/pid" 2>/dev/null)
  if [ -n "$holder" ] && ! kill -0 "$holder" 2>/dev/null; then return 0; fi
  [ -n "$(find "$1/alive" -mmin +2 2>/dev/null)" ]
}

# One breaker at a time, and the verdict is taken again: otherwise a slow one could remove the lock a quick one just took.
break_lock() {
  if ! mkdir "$1.breaking" 2>/dev/null; then
    [ -z "$(find "$1.breaking" -prune -mmin +1 2>/dev/null)" ] || rmdir "$1.breaking" 2>/dev/null
    sleep 1
    return
  fi
  if is_stale "$1"; then
    holder=$(cat "$1/pid" 2>/dev/null)
    end_holder "$holder"
    say recovered "$(cat "$1/owner" 2>/dev/null)"
    rm -rf "$1"
  fi
  rmdir "$1.breaking"
}

# A process number may have been given to another since: only a shell that leads its own group can be a holder of ours.
end_holder() {
  [ -n "$1" ] && [ "$1" != "$$" ] && kill -0 "$1" 2>/dev/null || return 0
  case $(ps -o pgid=,args= -p "$1" 2>/dev/null | tr -s ' ') in
    *"$1 "*'sh -c'*) kill -TERM "-$1" 2>/dev/null || kill -TERM "$1" 2>/dev/null || : ;;
  esac
}

touch_held() {
  set -f
  IFS=$nl
  for folder in $held; do [ ! -d "$folder" ] || : >"$folder/alive"; done
  unset IFS
}

release_held() {
  set -f
  IFS=$nl
  for folder in $held; do
    [ "$(cat "$folder/pid" 2>/dev/null)" != "$$" ] || rm -rf "$folder"
  done
  unset IFS
  held=''
}

# Where locks live: a folder that is ours alone.
state_folder() {
  state=${HOME:-/nonexistent}/.make-a-backup
  mkdir -p "$state" 2>/dev/null || {
    state=${TMPDIR:-/tmp}/make-a-backup-$(id -u)
    mkdir -p "$state" 2>/dev/null || problem state-folder "${HOME:-/nonexistent}/.make-a-backup"
  }
  own_folder "$state"
}

# Refuses a folder that someone else made, or planted as a link.
own_folder() {
  if [ -h "$1" ] || [ ! -d "$1" ] || [ ! -O "$1" ] || [ ! -w "$1" ]; then problem state-folder "$1"; fi
}

# Holds the lock until the runner lets go or is gone.
lock_prefix() {
  state_folder
  trap 'finish 143' TERM HUP INT PIPE
  trap 'finish 70' EXIT
  take_lock "$state/$lock" "$wait_seconds" || problem busy "$busy"
  say phase locked
  beat=''
  while IFS= read -r beat && [ "$beat" != release ]; do touch_held; done
  [ "$beat" = release ] || finish 75
}

# For the post step: ends what a killed run of this very owner left.
clean_up() {
  state_folder
  set -f
  for folder in "$state/$lock" "$(expand_home "$mirror").lock"; do
    [ "$(cat "$folder/owner" 2>/dev/null)" = "$owner" ] || continue
    end_holder "$(cat "$folder/pid" 2>/dev/null)"
    rm -rf "$folder"
    say recovered "$owner"
  done
}

# ---------------------------------------------------------------- the database

# Credentials reach the tools through an option file on a descriptor: no argument, no environment, no file on a disk.
# A printf that is a program of its own would show them in the process list.
require_builtin_printf() {
  [ -n "$options" ] || return 0
  case $(command -v printf) in printf) ;; *) problem printf-not-built-in /bin/sh ;; esac
}

find_tools() {
  client=$(command -v mariadb || command -v mysql) || problem missing-tool mysql
  dumper=$(command -v mariadb-dump || command -v mysqldump) || problem missing-tool mysqldump
  require_builtin_printf
}

# A login path file would outrank the option file, so the tools are pointed at one that is not there.
no_login_path=/nonexistent/mylogin.cnf

# run_sql SQL ARGUMENT…
run_sql() {
  sql=$1
  shift
  if [ -n "$options" ]; then
    printf '[client]\n%s' "$options" | {
      exec 3<&0
      printf '%s\n' "$sql" | MYSQL_TEST_LOGIN_FILE=$no_login_path "$client" --defaults-file=/dev/fd/3 "$@"
    }
  else
    printf '%s\n' "$sql" | "$client" "$@"
  fi
}

# run_dump ARGUMENT…
run_dump() {
  if [ -n "$options" ]; then
    printf '[client]\n%s' "$options" | MYSQL_TEST_LOGIN_FILE=$no_login_path "$dumper" --defaults-file=/dev/fd/0 "$@"
  else
    "$dumper" "$@" </dev/null
  fi
}

# Puts the numbered values NAME_1 … NAME_COUNT behind the command and runs it: command_with NAME COUNT COMMAND…
command_with() {
  list_name=$1 list_count=$2
  shift 2
  list_index=1
  while [ "$list_index" -le "$list_count" ]; do
    eval "set -- \"\$@\" \"\$${list_name}_$list_index\""
    list_index=$((list_index + 1))
  done
  "$@"
}

# Tab-separated facts, a line each; names in hexadecimal, so that no name can look like something else.
take_inventory() {
  system=$(sed -n 's/^PRETTY_NAME="\{0,1\}\([^"]*\).*/\1/p' /etc/os-release 2>/dev/null)
  printf 'os\t%s\n' "${system:-$(uname -sr)}"
  case $compression in
    zstd) command -v zstd >/dev/null || problem missing-tool zstd ;;
    gzip) command -v pigz >/dev/null || command -v gzip >/dev/null || problem missing-tool gzip ;;
  esac
  if [ -n "$paths" ]; then inspect_paths; fi
  if [ -n "$everything$databases" ]; then inspect_database; fi
}

inspect_paths() {
  command -v rsync >/dev/null || problem missing-tool rsync
  command -v tar >/dev/null || problem missing-tool tar
  printf 'rsync\t%s\n' "$(rsync --version 2>/dev/null | head -n 1)"
  printf 'tar\t%s\n' "$(tar --version 2>/dev/null | head -n 1)"
  judge_paths
}

judge_paths() {
  set -f
  IFS=$nl
  for path in $paths; do
    unset IFS
    if [ ! -e "$path" ]; then
      printf 'path\tmissing\t%s\n' "$path"
    elif [ ! -d "$path" ]; then
      printf 'path\tnot-a-folder\t%s\n' "$path"
    elif [ ! -r "$path" ] || [ ! -x "$path" ]; then
      printf 'path\tunreadable\t%s\n' "$path"
    elif [ -z "$(first_entry "$path")" ]; then
      printf 'path\tempty\t%s\n' "$path"
    else
      printf 'path\tpresent\t%s\n' "$path"
    fi
    IFS=$nl
  done
  unset IFS
}

# Its name may end in line breaks, so the answer is only fit to be compared with nothing.
first_entry() {
  find "$1/." ! -name . -print 2>/dev/null | head -n 1
}

inspect_database() {
  find_tools
  printf 'dump-tool\t%s\n' "$("$dumper" --version 2>/dev/null | head -n 1)"
  # Sizes and engines of tables are optional in the option files of old servers; what is missing in `--help` is told apart here.
  if "$dumper" --help 2>/dev/null | grep -q -e '--ignore-table-data'; then printf 'feature\tignore-table-data\n'; fi
  if [ -z "$options" ]; then
    # Names only: the values may be secrets. Such options in the server's own ~/.my.cnf would thin out the dump.
    "$dumper" --print-defaults 2>/dev/null | tr ' ' "$nl" | sed -n 's/^--\([A-Za-z_-]*\).*/\1/p' | while IFS= read -r name; do
      printf 'default\t%s\n' "$name"
    done
  fi
  choose_databases
  command_with argument "$argument_count" run_sql "
    SELECT 'server', HEX(VERSION()), HEX(@@version_comment);
    SELECT 'user', HEX(CURRENT_USER());
    SHOW VARIABLES LIKE 'partial\_revokes';
    SELECT 'visible', HEX(SCHEMA_NAME) FROM information_schema.SCHEMATA;
    SELECT 'database', HEX(SCHEMA_NAME), DEFAULT_CHARACTER_SET_NAME, DEFAULT_COLLATION_NAME
      FROM information_schema.SCHEMATA WHERE SCHEMA_NAME $chosen;
    SELECT 'table', HEX(TABLE_SCHEMA), HEX(TABLE_NAME), TABLE_TYPE, IFNULL(ENGINE, ''), IFNULL(DATA_LENGTH, 0) + IFNULL(INDEX_LENGTH, 0)
      FROM information_schema.TABLES WHERE TABLE_SCHEMA $chosen;
    SELECT 'trigger', HEX(TRIGGER_SCHEMA), HEX(TRIGGER_NAME), HEX(EVENT_OBJECT_TABLE)
      FROM information_schema.TRIGGERS WHERE TRIGGER_SCHEMA $chosen;
    SELECT 'routine', HEX(ROUTINE_SCHEMA), HEX(ROUTINE_NAME), ROUTINE_TYPE, ROUTINE_DEFINITION IS NOT NULL
      FROM information_schema.ROUTINES WHERE ROUTINE_SCHEMA $chosen;
    SELECT 'event', HEX(EVENT_SCHEMA), HEX(EVENT_NAME)
      FROM information_schema.EVENTS WHERE EVENT_SCHEMA $chosen;"
  code=$?
  [ "$code" != 0 ] || list_grants || code=$?
  say status inventory "$code"
  [ "$code" = 0 ] || finish 70
}

# Which schemas are meant, as the end of an SQL condition.
choose_databases() {
  if [ -n "$everything" ]; then
    chosen="NOT IN ('mysql', 'information_schema', 'performance_schema', 'sys')"
    return
  fi
  chosen=''
  for name in $databases; do
    case $name in *[!0-9A-F]*) problem bad-request database ;; esac
    chosen="$chosen${chosen:+, }_utf8 x'$name'"
  done
  chosen="IN ($chosen)"
}

# What a fresh login may do, as one word in hexadecimal. MariaDB shows the hash of the password there: it stays here.
list_grants() {
  grants=$(command_with argument "$argument_count" run_sql "SET SESSION sql_mode = '', sql_quote_show_create = 1; SHOW GRANTS;") || return
  printf 'grants\t%s\n' "$(printf '%s\n' "$grants" | sed 's/ IDENTIFIED .*//' | od -An -v -tx1 | tr -d ' \n')"
}

dump_database() {
  find_tools
  watch_runner
  say phase dump
  pipe_compressed dump_passes dump
}

# With structure-only tables the dump tool runs twice: their definitions first, since views may stand on them.
dump_passes() {
  if [ "$structure_count" -gt 0 ]; then
    command_with structure "$structure_count" run_dump || return
  fi
  command_with argument "$argument_count" run_dump
}

# ---------------------------------------------------------------- the files

archive_folders() {
  command -v rsync >/dev/null || problem missing-tool rsync
  command -v tar >/dev/null || problem missing-tool tar
  mirror=$(expand_home "$mirror")
  mkdir -p "$mirror" 2>/dev/null || problem mirror-folder "$mirror"
  if [ -h "$mirror" ] || [ ! -O "$mirror" ] || [ ! -w "$mirror" ]; then problem mirror-folder "$mirror"; fi
  mirror=$(cd "$mirror" && pwd -P) || problem mirror-folder "$mirror"
  take_lock "$mirror.lock" "$wait_seconds" || problem mirror-busy "$busy"
  watch_runner
  refuse_hollow_sources
  say phase rsync
  mirror_folders
  say phase tar
  pipe_compressed write_archive tar
}

expand_home() {
  # shellcheck disable=SC2088 # the tilde is data here
  case $1 in
    "~/"*) printf '%s\n' "${HOME:-/nonexistent}/${1#??}" ;;
    *) printf '%s\n' "$1" ;;
  esac
}

# A folder that vanished or became empty, an unmounted disk for one, must not empty the mirror.
refuse_hollow_sources() {
  set -f
  IFS=$nl
  for path in $paths; do
    unset IFS
    [ -d "$path" ] || problem missing-folder "$path"
    if [ -z "$allow_empty" ] && [ -z "$(first_entry "$path")" ]; then problem empty-folder "$path"; fi
    IFS=$nl
  done
  unset IFS
}

# Relative names: the mirror holds every folder under its full path, and patterns are anchored at the server's root.
# A trailing slash makes a folder of a path that is a symbolic link.
mirror_folders() {
  run_rsync "$mirror" --delete --delete-excluded
  say status rsync "$code"
  case $code in 0 | 24) ;; *) finish 70 ;; esac
  say size "$(printf '%s\n' "$stats" | sed -n 's/^Total file size: //p' | tr -cd 0-9)"
  count_entries
}

# run_rsync TARGET OPTION…: sets `stats` and `code`.
run_rsync() {
  target=$1
  shift
  set -f
  set -- rsync -aHR "$@" --numeric-ids --stats --no-human-readable
  [ -z "$bandwidth" ] || set -- "$@" "--bwlimit=$bandwidth"
  IFS=$nl
  for path in $paths; do
    # The mirror never mirrors itself, by whatever name it is reached.
    physical=$(cd "$path" && pwd -P) || problem missing-folder "$path"
    case $physical/ in "$mirror"/*) problem mirror-around "$path" ;; esac
    case $mirror in
      "$physical"/*) set -- "$@" "--exclude=$(literal_pattern "$path/${mirror#"$physical"/}")" "--exclude=$(literal_pattern "$path/${mirror#"$physical"/}.lock")" ;;
    esac
  done
  for pattern in $excludes; do set -- "$@" "--exclude=$pattern"; done
  for path in $paths; do set -- "$@" "$path/"; done
  unset IFS
  stats=$("$@" "$target/")
  code=$?
}

# A name as an rsync pattern that matches only it.
literal_pattern() {
  printf '%s\n' "$1" | sed 's/[][*?\\]/[&]/g'
}

# What the archive must hold, counted before it is written.
count_entries() {
  cd "$mirror" || problem mirror-folder "$mirror"
  set -f
  set --
  IFS=$nl
  for path in $paths; do set -- "$@" "./${path#/}"; done
  unset IFS
  for kind in f d l; do
    say count "$kind" "$(find "$@" -type "$kind" -print0 2>/dev/null | tr -cd '\000' | wc -c | tr -d ' ')"
  done
}

write_archive() {
  set -f
  set -- tar
  if tar --version 2>/dev/null | grep -q GNU; then
    # Names of the mirror are bytes: quoted in messages, raw in the archive. The format has no limits and every tar reads it.
    set -- "$@" --format=gnu --quoting-style=escape
  fi
  set -- "$@" --numeric-owner -C "$mirror" -cf - --
  IFS=$nl
  for path in $paths; do set -- "$@" "${path#/}"; done
  unset IFS
  "$@" </dev/null
}

# ---------------------------------------------------------------- preflight

# Looks and tells, a tab-separated fact a line. What fails is told too, so that one look tells all. Writes nothing.
look_around() {
  printf 'clock\t%s\n' "$(date +%s)"
  for name in rsync tar gzip pigz zstd; do tell_tool "$name" "$name"; done
  tell_tool client mariadb mysql
  tell_tool dump-tool mariadb-dump mysqldump
  tell_folder lock "${HOME:-/nonexistent}/.make-a-backup"
  [ "$state" != impossible ] || tell_folder lock "${TMPDIR:-/tmp}/make-a-backup-$(id -u)"
  watch_runner
  if [ -n "$paths" ]; then look_at_folders; fi
  # In shells of their own, so that a problem ends no more than itself.
  if [ -n "$paths" ] && [ -n "$estimate" ] && command -v rsync >/dev/null; then (estimate_mirror); fi
  if [ -n "$everything$databases" ] && client=$(command -v mariadb || command -v mysql); then (list_broken_views); fi
}

# tell_tool WHAT NAME…: the first that is there, by what it says of itself.
tell_tool() {
  what=$1
  shift
  for tool in "$@"; do
    command -v "$tool" >/dev/null || continue
    printf 'tool\t%s\t%s\n' "$what" "$("$tool" --version </dev/null 2>/dev/null | head -n 1)"
    return
  done
}

look_at_folders() {
  judge_paths
  mirror=$(expand_home "$mirror")
  tell_folder mirror "$mirror"
  printf 'disk\t%s\n' "$(df -Pk "$base" 2>/dev/null | sed -n 2p)"
}

# tell_folder WHAT PATH: whether a folder of ours can be used or made. Sets `state`, and `base`: itself, or the nearest folder above.
tell_folder() {
  base=$2
  while [ ! -e "$base" ] && [ -n "$base" ]; do base=${base%/*}; done
  base=${base:-/}
  if [ -h "$2" ]; then
    state=unusable
  elif [ "$base" = "$2" ]; then
    state=present
    [ -d "$2" ] && [ -O "$2" ] && [ -w "$2" ] && [ -x "$2" ] || state=unusable
    # The lock of the mirror stands beside it.
    if [ "$1" = mirror ] && [ ! -w "$2/.." ]; then state=unusable; fi
  else
    state=absent
    [ -d "$base" ] && [ -w "$base" ] && [ -x "$base" ] || state=impossible
  fi
  printf 'folder\t%s\t%s\t%s\n' "$1" "$state" "$2"
}

# Views that would end a dump: a broken one says so where others have their comment, once MariaDB opens it, as it does for TABLE_ROWS.
list_broken_views() {
  require_builtin_printf
  choose_databases
  command_with argument "$argument_count" run_sql "
    SELECT 'broken-view', HEX(TABLE_SCHEMA), HEX(TABLE_NAME), TABLE_ROWS
      FROM information_schema.TABLES
      WHERE TABLE_SCHEMA $chosen AND TABLE_TYPE = 'VIEW' AND TABLE_COMMENT LIKE '%references invalid%';"
}

# What rsync would copy, by its own count: so without what is excluded, and without what the mirror has already.
estimate_mirror() {
  present=''
  set -f
  IFS=$nl
  for path in $paths; do [ ! -d "$path" ] || present=$present$path$nl; done
  unset IFS
  paths=$present
  [ -n "$paths" ] || return 0
  run_rsync "$base" --dry-run
  say status rsync "$code"
  printf '%s\n' "$stats" | sed -n -e 's/^Total/stats &/p' -e 's/^Number/stats &/p'
}

# ---------------------------------------------------------------- a command of the user's

# Runs shell text as if it had been typed there: with the login's own umask and locale, from a descriptor, since arguments are
# seen by everybody on the server. What it prints goes into the report.
run_command() {
  watch_runner
  say phase 'command'
  printf '%s\n' "$text" | {
    exec 3<&0 </dev/null
    umask "$user_umask"
    if [ -n "$user_locale" ]; then LC_ALL=$user_locale; else unset LC_ALL; fi
    exec /bin/sh /dev/fd/3 >&2
  }
  code=$?
  say status 'command' "$code"
  [ "$code" = 0 ] || finish 70
}

# ---------------------------------------------------------------- restore: the place

# Looks at where things are to go and tells, a tab-separated fact a line. What fails is told too, so that one look tells all. Writes nothing.
look_at_target() {
  printf 'uid\t%s\n' "$(id -u)"
  for name in tar gzip zstd; do tell_tool "$name" "$name"; done
  tell_tool client mariadb mysql
  tell_tool dump-tool mariadb-dump mysqldump
  watch_runner
  set -f
  number=0
  IFS=$nl
  for path in $paths; do
    unset IFS
    look_at_place "$number" "$path"
    number=$((number + 1))
    IFS=$nl
  done
  unset IFS
  # In a shell of its own, so that a problem ends no more than itself.
  if [ -n "$databases" ]; then (look_at_databases); fi
}

# look_at_place NUMBER PATH: what stands there, and the nearest folder above it that is there.
look_at_place() {
  parent=${2%/*} state=absent
  if [ -h "$2" ]; then
    state='link'
  elif [ -e "$2" ]; then
    if [ ! -d "$2" ]; then
      state=not-a-folder
    elif [ "$(mount_of "$2")" = "$(cd "$2" 2>/dev/null && pwd -P)" ]; then
      state=mount
    elif [ -r "$2" ] && [ -x "$2" ] && [ -z "$(first_entry "$2")" ]; then
      state=empty
    else
      state=folder
    fi
  else
    while [ ! -e "$parent" ] && [ -n "$parent" ]; do parent=${parent%/*}; done
  fi
  parent=${parent:-/}
  may=no
  if [ -d "$parent" ] && [ -w "$parent" ] && [ -x "$parent" ]; then may=yes; fi
  printf 'place\t%s\t%s\t%s\t%s\n' "$1" "$state" "$may" "$parent"
  printf 'place-mount\t%s\t%s\n' "$1" "$(mount_of "$parent")"
  printf 'place-disk\t%s\t%s\n' "$1" "$(df -Pk "$parent" 2>/dev/null | sed -n 2p)"
  set +f
  for folder in "${parent%/}/.${2##*/}".restoring-*; do
    # Others may write here: a folder of theirs, or a link, could have anything told as if it were ours.
    case ${folder##*.restoring-} in '' | *[!0-9A-Za-z-]*) continue ;; esac
    if [ -h "$folder" ] || [ ! -O "$folder" ] || [ -h "$folder/owner" ] || [ ! -f "$folder/owner" ]; then continue; fi
    [ -z "$(find "$folder/owner" -mmin +1440 2>/dev/null)" ] || printf 'leftover\t%s\n' "$folder"
  done
  set -f
}

# Where the disk that holds a path is mounted: the last column of `df -P`, POSIX.
mount_of() {
  df -P "$1" 2>/dev/null | sed -n '2s/^.*[0-9-]%\{0,1\}  *\(\/.*\)$/\1/p'
}

look_at_databases() {
  inspect_database
  command_with argument "$argument_count" run_sql "
    SELECT 'collation', COLLATION_NAME FROM information_schema.COLLATION_CHARACTER_SET_APPLICABILITY;
    SELECT 'character-set', CHARACTER_SET_NAME FROM information_schema.CHARACTER_SETS;
    SELECT 'engine', ENGINE FROM information_schema.ENGINES WHERE SUPPORT IN ('YES', 'DEFAULT');
    SHOW VARIABLES WHERE Variable_name IN ('max_allowed_packet', 'datadir', 'lower_case_table_names', 'read_only', 'super_read_only',
      'log_bin', 'log_bin_trust_function_creators', 'sql_require_primary_key', 'event_scheduler');"
  code=$?
  # Most users may not look there, and then nothing is known of accounts.
  command_with argument "$argument_count" run_sql "SELECT 'account', HEX(User), HEX(Host) FROM mysql.user;" 2>/dev/null
  folder=$(command_with argument "$argument_count" run_sql 'SELECT @@datadir;' 2>/dev/null)
  printf 'database-disk\t%s\n' "$(df -Pk "$folder" 2>/dev/null | sed -n 2p)"
  say status inventory "$code"
  [ "$code" = 0 ] || finish 70
}

# Runs SQL of ours, and hands on what it answers.
run_statements() {
  find_tools
  watch_runner
  say phase sql
  command_with argument "$argument_count" run_sql "$text"
  code=$?
  say status sql "$code"
  [ "$code" = 0 ] || finish 70
}

# ---------------------------------------------------------------- restore: the data

# What comes on standard input, decompressed, into the database.
import_database() {
  find_tools
  say phase import
  receive_compressed import_rows import
}

import_rows() {
  command_with argument "$argument_count" run_import
}

# run_import ARGUMENT…: SQL from standard input, so the option file comes on a descriptor of its own.
run_import() {
  if [ -n "$options" ]; then
    exec 6<&0
    printf '[client]\n%s' "$options" | {
      exec 3<&0 <&6 6<&-
      MYSQL_TEST_LOGIN_FILE=$no_login_path "$client" --defaults-file=/dev/fd/3 "$@"
    }
  else
    "$client" "$@"
  fi
}

# What comes on standard input, unpacked into a fresh folder of ours. Whoever owns the folder above may exchange ours at any time, so from
# the moment it is entered nothing goes by its name.
extract_archive() {
  command -v tar >/dev/null || problem missing-tool tar
  folder=${staging%"$nl"}
  name=${folder##*/}
  cd -P "${folder%/*}/" 2>/dev/null || problem staging-folder "$folder"
  above=$(pwd -P)
  mkdir "./$name" 2>/dev/null || problem staging-folder "$folder"
  cd -P "./$name" 2>/dev/null || problem staging-folder "$folder"
  if [ ! -O . ] || [ "$(pwd -P)" != "${above%/}/$name" ]; then problem staging-folder "$folder"; fi
  printf '%s\n' "$owner" >./owner
  mkdir ./tree || problem staging-folder "$folder"
  say phase extract
  receive_compressed unpack extract
}

# Owners are kept by root alone, modes by everybody.
unpack() {
  set -f
  set -- tar -xp
  if tar --version 2>/dev/null | grep -q GNU; then
    set -- "$@" --quoting-style=escape --numeric-owner
    if [ "$(id -u)" = 0 ]; then set -- "$@" --same-owner; else set -- "$@" --no-same-owner; fi
  elif [ "$(id -u)" != 0 ]; then
    set -- "$@" -o
  fi
  set -- "$@" -f - -C ./tree --
  IFS=$nl
  for path in $paths; do set -- "$@" "${path#/}"; done
  unset IFS
  "$@"
}

# receive_compressed CONSUMER STAGE: standard input, decompressed, into the consumer; the exit status of both is reported.
receive_compressed() {
  statuses=$(
    {
      { decompress 3>&-; echo "decompressor=$?" >&3; } |
        { "$1" >/dev/null 3>&-; echo "consumer=$?" >&3; }
    } 3>&1
  )
  # A status that is missing is a failure.
  decompressor=255 consumer=255
  for pair in $statuses; do
    case $pair in
      decompressor=*) decompressor=${pair#*=} ;;
      consumer=*) consumer=${pair#*=} ;;
    esac
  done
  say status decompression "$decompressor"
  say status "$2" "$consumer"
  [ "$decompressor:$consumer" = 0:0 ] || finish 70
}

decompress() {
  case $compression in
    none) cat ;;
    zstd) zstd -q -dc ;;
    gzip) gzip -dc ;;
  esac
}

# ---------------------------------------------------------------- restore: folders

# What is in each folder, to be compared with what should be: entries by kind, and the bytes of its files, hard links counted once.
count_trees() {
  watch_runner
  set -f
  number=0
  IFS=$nl
  for path in $paths; do
    unset IFS
    [ -d "$path" ] || problem missing-folder "$path"
    cd "$path" 2>/dev/null || problem uncounted-folder "$path"
    # Below a folder that keeps its owner out only root can look.
    closed=$([ "$(id -u)" = 0 ] || find . -type d ! -perm -0500 -print 2>/dev/null | head -n 1)
    [ -z "$closed" ] || problem uncounted-folder "$path/${closed#./}"
    for kind in f d l; do
      printf 'tree\t%s\t%s\t%s\n' "$number" "$kind" "$(find . -type "$kind" -print0 2>/dev/null | tr -cd '\000' | wc -c | tr -d ' ')"
    done
    printf 'tree\t%s\tbytes\t%s\n' "$number" "$(find . -type f -exec stat -c '%d:%i %s' {} + 2>/dev/null | sort -u | awk '{ sum += $2 } END { printf "%.0f", sum }')"
    cd / || :
    number=$((number + 1))
    IFS=$nl
  done
  unset IFS
}

# Puts unpacked folders into their places and what stood there aside, by renames. All or none: what was done is undone when one fails.
# Each swap: the unpacked folder, its place and the name for what stands there, parted by tabs.
swap_folders() {
  hold_swaps
  set -f
  done_swaps=''
  IFS=$nl
  for swap in $swaps; do
    unset IFS
    read_swap "$swap"
    if ! swap_in; then
      failed=$place
      undo_swaps "$done_swaps"
      problem swap "$failed"
    fi
    done_swaps=$swap$nl$done_swaps
    say swapped "$place"
    IFS=$nl
  done
  unset IFS
}

# One job at a time deals with swaps: the one that is asked what became of a swap waits until that has ended. Half of it is worse than all
# of it, so nobody interrupts.
hold_swaps() {
  state_folder
  trap '' PIPE HUP TERM INT
  take_lock "$state/swap.lock" 30 || problem busy "${busy:-the swap of folders}"
}

read_swap() {
  tab=$(printf '\t')
  unpacked=${1%%"$tab"*} rest=${1#*"$tab"}
  place=${rest%%"$tab"*} kept=${rest#*"$tab"}
  # Beside the unpacked folder, from the moment it leaves: otherwise one that vanished could pass for one that was put into its place.
  mark=$unpacked.is-in-its-place
}

is_there() {
  [ -e "$1" ] || [ -h "$1" ]
}

swap_in() {
  is_there "$unpacked" || return 1
  if is_there "$place"; then
    if is_there "$kept" || ! rename "$place" "$kept"; then return 1; fi
    if take_out; then return 0; fi
    rename "$kept" "$place" || say stuck "$place"
    return 1
  fi
  (umask "$user_umask" && mkdir -p "${place%/*}/") && take_out
}

# From the staging folder into the place: by no link on the way, and out of a folder of ours, since others may have exchanged it.
take_out() {
  : >"$mark" || return
  if (
    above=${unpacked%/.*.restoring-*}
    [ "$above" != "$unpacked" ] || above=${unpacked%/*}
    inside=${unpacked#"$above"}
    above=$(cd -P "$above/" && pwd -P) && cd -P "${unpacked%/*}/" && [ -O . ] || exit
    [ "$(pwd -P)/" = "${above%/}${inside%/*}/" ] && rename "./${unpacked##*/}" "$place"
  ); then return 0; fi
  rm -f "$mark"
  return 1
}

# rename(2), never a copy: `mv` into a name that exists would move inside it. A folder gets another parent only from whom may write in it.
rename() {
  ! is_there "$2" || return 1
  case $(mv --help 2>&1) in
    *-T*) set -- "$1" "$2" -T ;;
    *) set -- "$1" "$2" ;;
  esac
  closed=''
  if [ -d "$1" ] && [ ! -h "$1" ] && [ ! -w "$1" ] && [ -O "$1" ] && chmod u+w "$1"; then closed=yes; fi
  # shellcheck disable=SC2086 # the option, or nothing
  if mv ${3:-} "$1" "$2"; then
    [ -z "$closed" ] || chmod u-w "$2"
    return 0
  fi
  [ -z "$closed" ] || chmod u-w "$1"
  return 1
}

# What became of a swap, in `fate`: `done`; `half`, its place is empty; `waiting`, not begun; or `unknown`, since nothing is left to tell it.
judge_swap() {
  read_swap "$1"
  fate=unknown
  if ! is_there "$place"; then
    if is_there "$kept"; then fate=half; elif is_there "$unpacked"; then fate=waiting; fi
  elif is_there "$unpacked"; then
    fate=waiting
  elif is_there "$kept" || is_there "$mark"; then
    fate='done'
  fi
}

tell_swaps() {
  hold_swaps
  set -f
  number=0
  IFS=$nl
  for swap in $swaps; do
    unset IFS
    judge_swap "$swap"
    printf 'swap\t%s\t%s\n' "$number" "$fate"
    number=$((number + 1))
    IFS=$nl
  done
  unset IFS
}

# Whatever was swapped, wholly or half, is undone.
unswap_folders() {
  hold_swaps
  set -f
  backwards=''
  IFS=$nl
  for swap in $swaps; do backwards=$swap$nl$backwards; done
  unset IFS
  undo_swaps "$backwards" || problem swap "$stuck"
}

# undo_swaps SWAPS, in this order. Sets `stuck` to a place that could not be given back what stood there.
undo_swaps() {
  stuck=''
  IFS=$nl
  for swap in $1; do
    unset IFS
    judge_swap "$swap"
    case $fate in 'done' | half) undo_swap || { stuck=$place && say stuck "$place"; } ;; esac
    IFS=$nl
  done
  unset IFS
  [ -z "$stuck" ]
}

undo_swap() {
  if [ "$fate" = 'done' ]; then rename "$place" "$unpacked" || return; fi
  rm -f "$mark"
  if is_there "$kept"; then rename "$kept" "$place" || return; fi
  say swapped "$place"
}

# All swaps of a run are one: unless each is done, those that are, wholly or half, are undone. When all are, an empty folder put aside goes.
settle_swaps() {
  hold_swaps
  set -f
  fates=' ' backwards=''
  IFS=$nl
  for swap in $swaps; do
    unset IFS
    judge_swap "$swap"
    fates="$fates$fate " backwards=$swap$nl$backwards
    IFS=$nl
  done
  unset IFS
  case $fates in *' half '* | *' waiting '*) undo_swaps "$backwards" || problem swap "$stuck" ;; esac
  IFS=$nl
  for swap in $swaps; do
    unset IFS
    read_swap "$swap"
    if [ -d "$kept" ] && [ ! -h "$kept" ]; then rmdir "$kept" 2>/dev/null; fi
    IFS=$nl
  done
  unset IFS
  release_held
}

# Removes unpacked folders of this owner, when the swaps they were for are settled.
tidy_up() {
  [ -z "$swaps" ] || settle_swaps
  set -f
  IFS=$nl
  for folder in $staging; do
    unset IFS
    if [ ! -h "$folder" ] && [ -O "$folder" ] && [ "$(cat "$folder/owner" 2>/dev/null)" = "$owner" ]; then
      # A tar that has just lost its runner may still be writing.
      for pause in 0 1 2; do
        sleep "$pause"
        # Root needs no leave, and would follow a link that was put there just now.
        [ "$(id -u)" = 0 ] || chmod -R u+rwx "$folder" 2>/dev/null
        if rm -rf "$folder" 2>/dev/null; then break; fi
      done
      is_there "$folder" && problem staging-folder "$folder"
      say recovered "$folder"
    fi
    IFS=$nl
  done
  unset IFS
}

# ---------------------------------------------------------------- streams

# pipe_compressed PRODUCER STAGE: its output, compressed, to standard output; the exit status of both stages is reported.
# Plain sh has no pipefail, so each side hands its status over on a descriptor of its own.
pipe_compressed() {
  exec 4>&1
  statuses=$(
    {
      { "$1" 3>&- 4>&-; echo "producer=$?" >&3; } |
        { compress >&4 3>&- 4>&-; echo "compressor=$?" >&3; }
    } 3>&1
  )
  exec 4>&-
  # A status that is missing is a failure.
  producer=255 compressor=255
  for pair in $statuses; do
    case $pair in
      producer=*) producer=${pair#*=} ;;
      compressor=*) compressor=${pair#*=} ;;
    esac
  done
  say status "$2" "$producer"
  say status compression "$compressor"
  case $2:$producer:$compressor in
    *:0:0 | tar:1:0) ;;
    *) finish 70 ;;
  esac
}

compress() {
  case $compression in
    none) cat ;;
    zstd) zstd -q -c "-${level:-3}" -T0 ;;
    gzip)
      if command -v pigz >/dev/null; then pigz -n -c "-${level:-6}"; else gzip -n -c "-${level:-6}"; fi
      ;;
  esac
}

main
