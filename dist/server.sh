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

version=1.0.0

# Access control lists and extended attributes. Neither the mirror nor tar keeps them: two entries at the end of the archive
# list them, as setfacl and setfattr take them. docs/format.md has the format.

acl_list=.make-a-backup.acls
attribute_list=.make-a-backup.attributes

# Lists those of the live files that the mirror has; `late_lists` names the lists that are not empty. Of what the server has
# no tool for, rsync finds how much there is.
list_attributes() {
  late_lists=''
  acls_to='' attributes_to=''
  if has_tool getfacl; then acls_to=$mirror/$acl_list; fi
  if has_tool getfattr; then attributes_to=$mirror/$attribute_list; fi
  export acls_to attributes_to acl_lines attribute_lines own_attributes
  rm -f "./$acl_list" "./$attribute_list"
  with_lines "$(archive_names)" list_in_folders || full_disk "$mirror"
  [ -z "${full:-}" ] || cannot_write mirror-folder "$mirror" ''
  if [ -s "./$acl_list" ]; then add_numbers; fi
  for list in "$acl_list" "$attribute_list"; do
    [ ! -s "./$list" ] || late_lists=$late_lists$nl$list
  done
  [ -n "$acls_to" ] || report_unkept -A lists
  [ -n "$attributes_to" ] || report_unkept -X attributes
}

# has_tool NAME: whether it is the one of the package acl or attr. Those of busybox know less.
has_tool() {
  case $("$1" --version 2>/dev/null </dev/null) in "$1 "[0-9]*) ;; *) return 1 ;; esac
}

list_in_folders() {
  [ -n "$acls_to$attributes_to" ] || return 0
  for folder in "$@"; do
    # With a slash, since the path may be a symbolic link.
    sh -c "$read_attributes" sh "./$folder/" || return
    find "./$folder" ! -path "./$folder" '(' -type f -o -type d ')' -exec sh -c "$read_attributes" sh {} + || return
  done
}

# The two programs look at the same files, side by side.
# shellcheck disable=SC2016 # of another shell
read_attributes='
  cd / || exit
  if [ -n "$acls_to" ]; then getfacl -p -s -E -- "$@" 2>/dev/null | awk "$acl_lines" >>"$acls_to" & fi
  if [ -n "$attributes_to" ]; then
    getfattr -h -d -e hex -m "$own_attributes" --absolute-names -- "$@" 2>/dev/null | awk "$attribute_lines" >>"$attributes_to" || exit
  fi
  [ -z "$acls_to" ] || wait "$!"'

# The others are labels that the policy of a machine gives, such as those of SELinux; access control lists have their own list.
own_attributes='^(user|trusted)\.|^security\.capability$'

# Entries by their names from the root folder, without slashes at their ends. setfacl takes no blank there.
name_of_entry='
  function octal(letter) {
    return letter == " " ? "\\040" : letter == "\t" ? "\\011" : letter == "\v" ? "\\013" : letter == "\f" ? "\\014" : letter
  }
  function entry_name(name,   last) {
    sub(/\/$/, "", name)
    last = length(name)
    return octal(substr(name, 1, 1)) substr(name, 2, last - 2) (last > 1 ? octal(substr(name, last)) : "")
  }
  function print_line() {
    if (head != "") print head
    head = ""
    print
    open = 1
  }
  function end_entry() {
    if (open) print ""
    open = 0
  }'

# shellcheck disable=SC2016 # awk's own
acl_lines="$name_of_entry"'
  /^# file: [.]\/./ { head = "# file: " entry_name(substr($0, 11)); next }
  /^(default:)?(user|group|mask|other):/ { print_line() }
  /^$/ { end_entry() }'

# shellcheck disable=SC2016 # awk's own
attribute_lines="$name_of_entry"'
  /^# file: [.]\/./ { head = "# file: " entry_name(substr($0, 11)); next }
  /^[^#=][^=]*=0x[0-9a-f]*$/ { print_line() }
  /^$/ { end_entry() }'

# Puts the numbers of the accounts before the list, in comments: another server may not have the names.
add_numbers() {
  accounts=$(
    awk -F : '
      /^#/ { next }
      { at = $1 == "default" ? 2 : 1 }
      ($at == "user" || $at == "group") && $(at + 1) !~ /^[0-9]*$/ && !seen[$at, $(at + 1)]++ { print $at ":" $(at + 1) }
    ' "./$acl_list"
  )
  {
    for_each "$accounts" print_number
    cat "./$acl_list"
  } >"./$acl_list.new" || cannot_write mirror-folder "$mirror" ''
  mv "./$acl_list.new" "./$acl_list" || cannot_write mirror-folder "$mirror" ''
}

# print_number KIND:NAME, the name as getfacl prints it.
print_number() {
  raw_account=$(printf '%s\n' "${1#*:}" | sed -e 's/\\\\/\\134/g' -e 's/\\\([0-7][0-7][0-7]\)/\\0\1/g')
  case $1 in user:*) account_database=passwd ;; *) account_database=group ;; esac
  look_up "$account_database" "$(printf '%b' "$raw_account")"
  account_number=${REPLY#*:*:} account_number=${account_number%%:*}
  case $account_number in '' | *[!0-9]*) return ;; esac
  printf '# number: %s:%s\n' "$1" "$account_number"
}

# report_unkept OPTION KIND: how many entries have what this option of rsync copies, and the first of them: a dry run finds
# them, which the mirror lacks. An rsync that does not know it, or a file that just vanished, is no reason to fail.
report_unkept() {
  unkept=$(
    set -- "$1" '--filter=-x security.selinux' --dry-run --itemize-changes --numeric-ids
    with_lines "$rsync_words" rsync_to "$mirror" -aHSR "$@" 2>/dev/null | awk '
      /^[.<>ch][fdLDS].......(a.|.x) / && !count++ { first = substr($0, 13) }
      END { if (count) print count, first }'
  )
  [ -z "$unkept" ] || say unkept "$2" "$unkept"
}

# The user's before-command and after-command.

# Runs shell text as in a login of the user, with the umask and locale of the login. The text comes on a
# descriptor, since every user on the server can see arguments. Output goes to the report.
job_run_command() {
  watch_runner
  say phase 'command'
  printf '%s\n' "$text" | {
    exec 3<&0 </dev/null
    umask "$user_umask"
    if [ -n "$user_locale" ]; then LC_ALL=$user_locale; else unset LC_ALL; fi
    exec /bin/sh /dev/fd/3 >&2
  }
  status=$?
  say status 'command' "$status"
  [ "$status" = 0 ] || finish 70
}

# The mirror and its archive.

job_open_archive() {
  command -v rsync >/dev/null || missing_tool rsync
  command -v tar >/dev/null || missing_tool tar
  open_mirror
  watch_runner
  for_each "$paths" refuse_hollow
  say phase rsync
  forget_folders
  forget_snapshots
  drop_undated
  update_mirror
  drop_undated
  list_attributes
  # Root's mirror has the owners itself.
  owner_list=''
  if [ "$(id -u)" != 0 ]; then
    owner_list=.make-a-backup.owners
    list_owners >"./$owner_list" || cannot_write mirror-folder "$mirror" ''
    if all_ours "./$owner_list"; then owner_list=''; fi
  fi
  path_number=0
  for_each "$paths" say_layout
  choose_level
  say phase tar
  send_compressed write_archive tar
  [ "$writes" = whole ] || keep_snapshot
}

# Makes and locks the mirror. What we write down about it is inside of it, in a folder that no path of a site has.
open_mirror() {
  mirror=$(expand_home "$mirror")
  [ -d "$mirror" ] || make_folder "$mirror" mirror-folder -p
  refuse_foreign "$mirror"
  mirror=$(cd "$mirror" && pwd -P) || problem mirror-folder "$mirror"
  notes=$mirror/.make-a-backup
  make_folder "$notes" mirror-folder -p
  refuse_foreign "$notes"
  take_lock "$notes/lock" "$wait_seconds" || problem busy "$REPLY"
}

refuse_foreign() {
  if [ -h "$1" ] || [ ! -O "$1" ] || [ ! -w "$1" ]; then problem mirror-folder "$1"; fi
}

# A folder that vanished or became empty, for example an unmounted disk, must not empty the mirror.
refuse_hollow() {
  [ -d "$1" ] || problem missing-folder "$1"
  if [ -z "$allow_empty" ] && [ -z "$(first_entry "$1")" ]; then problem empty-folder "$1"; fi
}

update_mirror() {
  set -- --delete --delete-excluded
  plan_comparison
  if [ -z "$copied" ]; then
    copy_first "$@"
  elif [ -n "$compared" ]; then
    list_changes "$@" --checksum
  else
    list_changes "$@"
  fi
  found=$REPLY
  if [ "$(value_of again)" = yes ]; then
    last_pass=yes
    run_rsync "$mirror" "$@"
  fi
  status=$(value_of status)
  say status rsync "$status"
  case $status in 0 | 24) ;; *) finish 70 ;; esac
  say size "$(value_of 'Total file size:' | tr -cd 0-9)"
  for_each "$(printf '%s\n' "$found" | grep -E '^(differs|differ|skipped|skip|edits|edited) ')" say
  [ -z "$compared" ] || note_comparison
  cd "$mirror" || problem mirror-folder "$mirror"
}

# The runner compares these counts with the archive.
count_mirror() {
  cd "$mirror" || problem mirror-folder "$mirror"
  for_each "$(with_lines "$(archive_names | sed 's,^,./,')" count_entries 'f d l p b c')" say count
}

# The runner says whether, or, where it cannot read the bucket, names the day or week: once in each.
plan_comparison() {
  compared=''
  case $compare in
    '') ;;
    yes) compared=yes ;;
    *) [ "$(cat "$notes/compared-$lock" 2>/dev/null)" = "$compare" ] || compared=yes ;;
  esac
  # What is copied for the first time needs no comparison, and no list of changes.
  copied=''
  for_each "$paths" note_copy
}

note_copy() {
  [ ! -e "$mirror$1" ] || copied=yes
}

# list_changes OPTION…: copies what changed. REPLY has also how many files are new, changed and gone, and the folders with
# the most of them.
list_changes() {
  edit_roots=$(archive_names)
  run_rsync "$mirror" "$@" '--out-format=%i %n'
}

# copy_first OPTION…: the first copy. Of a large site it takes hours, so the report says how far it is.
copy_first() {
  if ! rsync --info=help >/dev/null 2>&1; then
    run_rsync "$mirror" "$@"
    return
  fi
  progress=$notes/progress
  follow_copy </dev/null >/dev/null &
  follower=$!
  run_rsync "$mirror" "$@" --info=progress2
  end_child "$follower"
  wait "$follower" 2>/dev/null
  rm -f "$progress"
  progress=''
}

# How many bytes are copied, and how many there are: every ten seconds, and after ten minutes every minute.
follow_copy() {
  trap '[ -z "$pause" ] || kill "$pause" 2>/dev/null; exit 0' TERM
  trap - EXIT
  beats=0 total='' pause=''
  # Whatever ends the job ends this.
  while kill -0 $$ 2>/dev/null; do
    beats=$((beats + 1))
    sleep "$([ "$beats" -gt 60 ] && echo 60 || echo 10)" 2>/dev/null &
    pause=$!
    wait "$pause"
    pause=''
    [ -n "$total" ] || total=$(count_bytes 2>/dev/null)
    [ -n "$total" ] || return
    done_bytes=$(tail -c 300 "$progress" 2>/dev/null | tr '\r' '\n' | sed -n 's/^ *\([0-9][0-9]*\)  *[0-9]*% .*/\1/p' | tail -n 1)
    [ -z "$done_bytes" ] || say progress "$done_bytes" "$total"
  done
}

count_bytes() {
  progress=''
  run_rsync "$mirror" --dry-run
  value_of 'Total file size:' | tr -cd 0-9
}

note_comparison() {
  say compared yes
  [ "$compare" = yes ] || printf '%s\n' "$compare" >"$notes/compared-$lock"
}

# What the archive does not show of a folder: where it is, if that is elsewhere, and what is mounted in it. Looked at
# after rsync: what was not there in the end may be missing in the mirror.
say_layout() {
  if find_physical "$1" && [ "$REPLY" != "$1" ]; then say real "$path_number" "$REPLY"; fi
  if [ -h "$1" ]; then say linked "$path_number" "$(link_target "$1")"; fi
  IFS=$nl
  for each_mount in $(list_mounts "$1" | head -n 1000); do
    unset IFS
    say mount "$path_number" "${each_mount%%"$tab"*}" "${each_mount#*"$tab"}"
  done
  unset IFS
  path_number=$((path_number + 1))
}

# Where a link leads, on one line.
link_target() {
  printf '%s' "$(readlink "$1")" | tr '\n' '?'
}

# `rsync_words`: what rsync leaves out, and what it copies.
choose_sources() {
  rsync_words=''
  for_each "$paths" add_own_exclusion
  for_each "$excludes" add_rsync_word --exclude=
  for_each "$paths" add_source
}

# run_rsync TARGET OPTION…: copies the folders to the target. REPLY is what `sift` makes of its output.
#
# -R (relative): the mirror has every folder under its full path, and patterns are anchored at the server's
# root. The trailing slash follows a path that is a symbolic link.
run_rsync() {
  rsync_target=$1
  shift
  choose_sources
  [ -z "$bandwidth" ] || set -- "$@" "--bwlimit=$bandwidth"
  REPLY=$(
    {
      if [ -n "${progress:-}" ]; then
        # Errors do not go to a file, which a full disk cannot take.
        with_lines "$rsync_words" rsync_to "$rsync_target" -aHSR "$@" --numeric-ids --stats --no-human-readable 2>&1 >"$progress"
        echo "@status $?"
        tr '\r' '\n' <"$progress"
      else
        with_lines "$rsync_words" rsync_to "$rsync_target" -aHSR "$@" --numeric-ids --stats --no-human-readable 2>&1
        echo "@status $?"
      fi
    } | edit_roots=${edit_roots:-} awk -v last="${last_pass:-}" "$sift"
  )
}

# The line of REPLY with this first word.
value_of() {
  printf '%s\n' "$REPLY" | sed -n "s/^$1 //p"
}

# Reads what rsync prints: its statistics, its progress, its messages, and a line for each entry that changed.
# Prints the statistics; how many files are new, changed and gone, and the folders with the most of them, two levels
# below what is backed up; the status; how many files differ in nothing but their contents and how many rsync cannot
# copy, with five of each; and whether it should run once more, since files vanished or shrank while it read them. Of
# these nothing is reported before the last pass: then the status is 24. Names cannot look like a message: rsync escapes line breaks.
# shellcheck disable=SC2016 # awk's own
sift='
  function tell(line) { print line | "cat 1>&2" }
  function counted(word, few, number, examples, at) {
    if (number == 0) return
    print word, number
    for (at = 1; at <= number && at <= 5; at++) print few, examples[at]
  }
  function edit(kind, name, folder, rest, parts, part, at) {
    edits[kind]++
    # Of what it copies rsync names the whole path, of what it removes not the first slash.
    sub(/^\//, "", name)
    for (at = 1; at <= roots; at++)
      if (index(name, root[at] "/") == 1 && length(root[at]) > length(folder)) folder = root[at]
    rest = folder == "" ? name : substr(name, length(folder) + 2)
    parts = split(rest, part, "/")
    for (at = 1; at < parts && at <= 2; at++) folder = folder (folder == "" ? "" : "/") part[at]
    if (!(folder in seen) && ++folders > 2000) folder = ""
    seen[folder]++
    by[folder, kind]++
  }
  function most(folder, best) {
    for (folder in seen) if (best == "" || seen[folder] > seen[best]) best = folder
    return best
  }
  BEGIN { roots = split(ENVIRON["edit_roots"], root, "\n") }
  /^@status [0-9]+$/ { status = $2; next }
  /^[>ch][fLS][^ ][^ ][^ ][^ ][^ ][^ ][^ ][^ ][^ ] / { edit(substr($0, 3, 1) == "+" ? "new" : "changed", substr($0, 13)) }
  /^\*deleting   .*[^\/]$/ { edit("gone", substr($0, 13)) }
  /^ *[0-9]+ +[0-9]+% / { next }
  /^>fc\.\.[^ ]* / { if (++differs <= 5) differ[differs] = substr($0, index($0, " ") + 1); next }
  /^[.<>ch][fdLDS][^ ][^ ][^ ][^ ][^ ][^ ][^ ][^ ][^ ] / || /^\*deleting / { next }
  /^skipping non-regular file "/ { if (++skipped <= 5) skip[skipped] = substr($0, 28, length($0) - 28); next }
  /^(Number of|Total) .*: / { print; next }
  /^(Literal data|Matched data|File list .*|Total bytes .*): / || /^(sent|total size is) [0-9]/ || /^$/ { next }
  /^file has vanished: / || /read errors mapping ".*": No data available/ || /^(WARNING|ERROR): .* failed verification -- update / ||
    /^rsync (warning|error): .*\(code 2[34]\)/ || /^IO error encountered -- skipping file deletion/ {
      if (/read errors mapping/) cut = 1
      if (last) tell($0)
      else if (++quiet <= 50) held[quiet] = $0
      next
    }
  { tell($0); serious = 1 }
  END {
    again = status == 24 || status == 23 && cut && !serious
    if (!last && !again) for (at = 1; at <= quiet && at <= 50; at++) tell(held[at])
    if (!last && again) print "again yes"
    print "status", again ? 24 : status
    counted("differs", "differ", differs, differ)
    counted("skipped", "skip", skipped, skip)
    if (roots) print "edits", edits["new"] + 0, edits["changed"] + 0, edits["gone"] + 0
    for (at = 1; at <= 15 && (folder = most()) != ""; at++) {
      print "edited", by[folder, "new"] + 0, by[folder, "changed"] + 0, by[folder, "gone"] + 0, folder
      delete seen[folder]
    }
  }'

rsync_to() {
  rsync_target=$1
  shift
  rsync "$@" "$rsync_target/"
}

# The mirror never copies itself, even when a path reaches it through links.
add_own_exclusion() {
  physical=$(cd "$1" && pwd -P) || problem missing-folder "$1"
  case $physical/ in "$mirror"/*) problem mirror-around "$1" ;; esac
  case $mirror in
    "$physical"/*)
      own_name=$(literal_pattern "$1/${mirror#"$physical"/}")
      rsync_words="$rsync_words--exclude=$own_name$nl"
      ;;
  esac
}

add_rsync_word() {
  rsync_words=$rsync_words$1$2$nl
}

add_source() {
  add_rsync_word '' "$1/"
}

# Escapes a name as an rsync pattern that matches only this name.
literal_pattern() {
  printf '%s\n' "$1" | sed 's/[][*?\\]/[&]/g'
}

write_archive() {
  if [ "$writes" = level ]; then
    write_level
    return
  fi
  # Names are bytes: escaped in messages, raw in the archive. Every tar reads the format, and it has no
  # limits.
  case $(tar --version 2>&1) in
    *GNU*) set -- --format=gnu --quoting-style=escape ;;
    bsdtar*) set -- --format=gnutar ;;
    *) set -- ;;
  esac
  with_lines "${owner_list:+$owner_list$nl}$(archive_names)$late_lists" tar "$@" -C "$mirror" -cf - -- </dev/null
}

# Gives unpacked files their access control lists and extended attributes.

# By the lists that the runner sent along with the archive. A file system that knows none is no reason to fail: what is
# there in the end is counted.
job_give_attributes() {
  watch_runner
  folder=${staging%"$nl"}
  if ! cd -P "${folder%/*}/" 2>/dev/null || ! enter_own "${folder##*/}" || ! cd -P ./tree; then problem staging-folder "$folder"; fi
  set +f
  give lists setfacl ./.make-a-backup.acls-*
  give attributes setfattr ./.make-a-backup.attributes-*
}

# give KIND TOOL LIST…
give() {
  kind=$1 tool=$2
  shift 2
  [ -f "$1" ] || return 0
  said=''
  for list in "$@"; do
    error=$(restore_list <"$list" 2>&1) || said=${said:-$error}
  done
  printf 'given\t%s\t%s\t%s\n' "$kind" "$(count_given)" "$(printf '%s' "$said" | head -n 1 | cut -c 1-500)"
}

restore_list() {
  case $tool in
    setfacl) setfacl --restore=- ;;
    *) setfattr -h --restore=- ;;
  esac
}

count_given() {
  case $tool in
    setfacl) getfacl -R -P -s -p -n . ;;
    *) getfattr -R -P -h -m '^(user|trusted)\.|^security\.capability$' . ;;
  esac 2>/dev/null | grep -c '^# file: '
}

# What a person runs on the server: install, status, upgrade, uninstall. As root for the whole server, as another user
# into the home folder.

usage='make-a-backup on the server of a site: gives a key one command, which can take backups and nothing else.

  sh server.sh install --name web1 --key "ssh-ed25519 AAAA..." --path /var/www/html --database shop
  sh server.sh status
  sh server.sh upgrade
  sh server.sh uninstall --name web1

install, besides --name and --key (the public key, or its file), which are needed:
  --path FOLDER      may be backed up; may be repeated
  --database NAME    may be backed up; may be repeated; "*" for all
  --user USER        who logs in: root by default, otherwise you yourself; one that is not there is made
  --sudo             the user runs this one command as root, by a rule for sudo
  --login FILE       an option file with the login at the database (a section [client] with user and password)
  --mirror FOLDER    where the copy of the folders is kept
  --from ADDRESS     from where the key may log in, as in authorized_keys(5)
  --jobs WORD        backup; or restore, with which the key is as good as a shell
  --dry-run          shows what it would do
uninstall: --name NAME, or --all
'

# fail TITLE [ADVICE]: ends the program.
fail() {
  printf '\nmake-a-backup: %s\n' "$1" >&2
  [ -z "${2:-}" ] || printf '  %s\n' "$2" >&2
  exit 1
}

tell() {
  printf '%s\n' "$*"
}

# act DESCRIPTION COMMAND…: runs the command, or with --dry-run only says what it would do.
act() {
  tell "$1"
  shift
  [ -n "$dry_run" ] || "$@" || fail "The last step did not work." "What went wrong is above. Nothing after it was done. When the cause is gone, run the same command again."
}

# ---------------------------------------------------------------- the command line

read_arguments() {
  new_name='' key_text='' new_paths='' new_databases='' login_user='' sudo_rule='' login_file='' new_mirror='' from='' new_jobs=backup
  dry_run='' all=''
  while [ $# -gt 0 ]; do
    case $1 in
      --sudo) sudo_rule=yes ;;
      --dry-run) dry_run=yes ;;
      --all) all=yes ;;
      --name | --key | --path | --database | --user | --login | --mirror | --from | --jobs)
        [ $# -ge 2 ] || fail "$1 needs a value."
        case $2 in *"$nl"*) fail "$1 has a line break in its value." ;; esac
        read_argument "$1" "$2"
        shift
        ;;
      *) fail "\"$1\" is no option." 'sh server.sh --help shows them.' ;;
    esac
    shift
  done
  case $new_mirror in '') ;; *) check_absolute --mirror "$new_mirror" ;; esac
  case $new_name in *[!0-9A-Za-z._-]* | .* | -*) fail "--name \"$new_name\" is no name." 'It has letters, digits, ".", "_" and "-", as in: web1' ;; esac
}

read_argument() {
  case $1 in
    --name) new_name=$2 ;;
    --key) key_text=$2 ;;
    --path) new_paths=$new_paths$2$nl ;;
    --database) new_databases=$new_databases$2$nl ;;
    --user) login_user=$2 ;;
    --login) login_file=$2 ;;
    --mirror) new_mirror=$2 ;;
    --from) from=$2 ;;
    --jobs) new_jobs=$2 ;;
  esac
}

# ---------------------------------------------------------------- places and people

choose_places() {
  # It is copied from where it is: it cannot come through a pipe.
  grep -q '^version=' "$program" 2>/dev/null || fail 'This program is not in a file.' 'Save it as server.sh, and run: sh server.sh'
  this_user=$(id -un)
  login_user=${login_user:-$this_user}
  if [ "$(id -u)" = 0 ]; then
    library=/usr/local/lib/make-a-backup settings=/etc/make-a-backup
  else
    if [ "$login_user" != "$this_user" ] || [ -n "$sudo_rule" ]; then
      fail 'Only root can install for another user.' 'Run the command with sudo.'
    fi
    library=$HOME/.local/lib/make-a-backup settings=$HOME/.config/make-a-backup
    # It becomes part of a line of authorized_keys.
    case $HOME in *[!0-9A-Za-z/._@+-]*) fail "The home folder $HOME has a letter that a command in authorized_keys cannot have." 'Let root install make-a-backup for the whole server.' ;; esac
  fi
}

# find_user: `user_home`, or makes the user.
find_user() {
  look_up_user
  if [ -z "$REPLY" ]; then
    case $login_user in '' | *[!0-9a-z_-]* | -* | [0-9]*) fail "There is no user \"$login_user\", and one of this name cannot be made." ;; esac
    act "Makes the user $login_user, who has no password." make_user "$login_user"
    look_up_user
    [ -n "$REPLY" ] || REPLY="$login_user:::::/home/$login_user:/bin/sh"
  fi
  choose_home
  case ${REPLY##*:} in
    */nologin | */false) fail "The user $login_user may not log in: the login shell is ${REPLY##*:}." "usermod -s /bin/sh $login_user, or another --user." ;;
    '') ;;
    *) [ -x "${REPLY##*:}" ] || fail "The user $login_user may not log in: the login shell ${REPLY##*:} is not there." "usermod -s /bin/sh $login_user, or another --user." ;;
  esac
  [ -z "$dry_run" ] || return 0
  [ -d "$user_home" ] || fail "The user $login_user has no home folder: $user_home is not there."
  # Without PAM, sshd takes no key of a locked account either.
  look_up shadow "$login_user"
  case $(sshd_value usepam):${REPLY#*:} in
    no:!*) fail "The account of $login_user is locked, and sshd lets it in by no key." "To unlock it without a password that anybody could type: usermod -p '*' $login_user" ;;
  esac
}

# Not by its number: sshd knows names alone.
look_up_user() {
  look_up passwd "$login_user"
  [ "${REPLY%%:*}" = "$login_user" ] || REPLY=''
}

choose_home() {
  user_home=${REPLY%:*}
  user_home=${user_home##*:}
}

# With a password that nobody can type, which never expires: a locked account, and one with an old password, may not get in
# by a key either.
make_user() {
  if command -v useradd >/dev/null; then
    useradd --create-home --shell /bin/sh --password '*' -K PASS_MAX_DAYS=-1 "$1"
  else
    adduser -D -s /bin/sh "$1" && printf '%s:*\n' "$1" | chpasswd -e
  fi
}

# as_user COMMAND…: as who logs in. Root neither follows a link of another user nor can write to every home folder.
as_user() {
  if [ "$login_user" = "$this_user" ]; then
    "$@"
  else
    as_words=''
    for as_word in "$@"; do as_words="$as_words '$(printf '%s' "$as_word" | sed "s/'/'\\\\''/g")'"; done
    su -s /bin/sh -c "exec$as_words" "$login_user"
  fi
}

# as_keeper COMMAND…: as who keeps the list of keys: root, where the user may not write to its folder.
as_keeper() {
  if [ -n "$kept_by_root" ]; then "$@"; else as_user "$@"; fi
}

# ---------------------------------------------------------------- the key and its line

# `new_key`: its type and its text, without a comment.
read_key() {
  case $key_text in
    '') fail '--key is missing.' "The public key of the pair whose private half is in the secrets: the text of the file that ends in .pub." ;;
    /* | ./* | *.pub)
      [ -f "$key_text" ] || fail "--key $key_text: there is no such file."
      key_text=$(head -n 1 "$key_text")
      ;;
  esac
  key_text=$(printf '%s' "$key_text" | tr -d '\r')
  case $key_text in *PRIVATE*) fail 'This is the private key.' 'It belongs into the secrets of the repository alone; here the text of the file that ends in .pub is needed.' ;; esac
  key_rest=${key_text#* }
  new_key="${key_text%% *} ${key_rest%% *}"
  case $new_key in
    ssh-ed25519\ AAAA* | ecdsa-sha2-nistp[0-9]*\ AAAA* | ssh-rsa\ AAAA* | sk-ssh-ed25519@openssh.com\ AAAA*) ;;
    *) fail '--key is no public key.' "It looks like: ssh-ed25519 AAAAC3Nza… Its file ends in .pub." ;;
  esac
  case ${new_key#* } in *[!0-9A-Za-z+/=]*) fail '--key has a letter that no public key has.' ;; esac
  if command -v ssh-keygen >/dev/null; then
    printf '%s\n' "$new_key" | ssh-keygen -lf - >/dev/null 2>&1 || fail '--key is cut off or damaged.' 'Copy the whole line of the file that ends in .pub.'
  fi
  case $from in *[!0-9A-Za-z.:,/*?!_-]*) fail "--from \"$from\" is no address." 'As in: 203.0.113.7 or 203.0.113.0/24; several with commas.' ;; esac
}

# `key_line`: what the key may do. Restrict: no terminal, no forwarding, no agent.
write_key_line() {
  key_limits=restrict
  [ -n "$sshd_words$sshd_error" ] || choose_limits_of_dropbear
  forced="exec $library/serve $new_name"
  [ -z "$sudo_rule" ] || forced="exec sudo -n $library/serve $new_name"
  key_line="${from:+from=\"$from\",}$key_limits,command=\"$forced\" $new_key make-a-backup $new_name"
}

# Dropbear takes no key with a word that it does not know: that is from="…" in all versions, and restrict before 2022.83.
choose_limits_of_dropbear() {
  command -v dropbear >/dev/null || return 0
  [ -z "$from" ] || fail 'Dropbear knows no from="…": it would not take this key.' 'Nothing was changed. Leave --from out, and limit the addresses in the firewall.'
  case $(dropbear -V 2>&1) in
    *v201*.* | *v2020.* | *v2022.82*) key_limits=no-port-forwarding,no-agent-forwarding,no-X11-forwarding,no-pty ;;
  esac
}

# find_keys_file: `keys_file`, where the line goes: the first file in which sshd looks for keys of the user. `keys_files`
# lists all of them, `kept_by_root` says whose hands it is in.
find_keys_file() {
  keys_files=''
  for listed_file in $(sshd_value authorizedkeysfile); do
    [ "$listed_file" != none ] || fail 'sshd reads no authorized_keys: AuthorizedKeysFile is none.' 'Set it in /etc/ssh/sshd_config, and run this again.'
    expand_tokens "$listed_file"
    case $REPLY in /*) ;; *) REPLY=$user_home/$REPLY ;; esac
    keys_files=$keys_files$REPLY$nl
  done
  [ -n "$keys_files" ] || keys_files=$user_home/.ssh/authorized_keys$nl
  keys_file=${keys_files%%"$nl"*}
  kept_by_root=''
  nearest_folder "${keys_file%/*}"
  case $(owner_of "$REPLY/.") in 0) [ "$login_user" = "$this_user" ] || kept_by_root=yes ;; esac
}

# expand_tokens NAME: REPLY is the name as sshd_config(5) reads it.
expand_tokens() {
  REPLY='' token_rest=$1
  while :; do
    REPLY=$REPLY${token_rest%%'%'*}
    case $token_rest in *'%'*) token_rest=${token_rest#*'%'} ;; *) return ;; esac
    case $token_rest in
      h*) REPLY=$REPLY$user_home ;;
      u*) REPLY=$REPLY$login_user ;;
      U*) REPLY=$REPLY$(id -u "$login_user" 2>/dev/null) ;;
      *) REPLY=$REPLY% ;;
    esac
    token_rest=${token_rest#?}
  done
}

# What makes sshd pass over the list of keys. Only said: some systems are less strict.
look_at_modes() {
  [ "$(sshd_value strictmodes)" != no ] || return 0
  looked_at=$keys_file
  while [ -n "$looked_at" ]; do
    if [ -e "$looked_at" ] && [ -n "$(find -H "$looked_at" -prune '(' -perm -020 -o -perm -002 ')' 2>/dev/null)" ]; then
      tell "Look at $looked_at: others may write to it, and sshd may pass over the keys then. To end that: chmod go-w $looked_at"
    fi
    [ "$looked_at" != "$user_home" ] || return 0
    looked_at=${looked_at%/*}
  done
}

# change_keys [--try] FILE NAME [LINE]: puts the line in the place of that of the name, or at the end; without one the old
# one goes. Every other line stays as it is, byte by byte, and the file changes by one rename. Run as who keeps the file.
# With --try all of it but the rename.
change_keys() {
  trying=''
  if [ "$1" = --try ]; then trying=yes && shift; fi
  keys=$1 keys_name=$2 line=${3:-}
  by_hand='Nothing was changed.'
  [ -z "$line" ] || by_hand="Nothing was changed. Add this line by hand: $line"
  if [ -h "$keys" ]; then fail "$keys is a link." "$by_hand"; fi
  if [ -e "$keys" ] && [ ! -f "$keys" ]; then fail "$keys is not a file." 'Nothing was changed.'; fi
  # The other name would keep what it has.
  [ -z "$(find "$keys" -links +1 2>/dev/null)" ] || fail "$keys has a second name (a hard link)." "$by_hand"
  folder=${keys%/*}
  # Where root keeps it, the user has to read it.
  root_home=~root
  if [ "$(id -u)" = 0 ] && [ "$folder" != "$root_home/.ssh" ]; then folder_mode=755 keys_mode=644; else folder_mode=700 keys_mode=600; fi
  if [ ! -d "$folder" ]; then
    [ -n "$line" ] || return 0
    if [ -n "$trying" ]; then
      nearest_folder "$folder"
      [ -w "$REPLY" ] || cannot_keep "$REPLY"
      return 0
    fi
    mkdir -m "$folder_mode" "$folder" || fail "$folder cannot be made."
  fi
  if ! before=$(mktemp "$folder/.make-a-backup.XXXXXX") || ! after=$(mktemp "$folder/.make-a-backup.XXXXXX"); then
    cannot_keep "$folder"
  fi
  trap 'rm -f "$before" "$after" "$before.lines"' EXIT
  trap 'exit 1' HUP INT TERM
  if [ -e "$keys" ]; then
    cat "$keys" >"$before" || fail "$keys cannot be read."
    # The same owner, mode and label.
    cp -p "$keys" "$after" || fail "$keys cannot be copied."
  else
    [ -n "$line" ] || exit 0
    chmod "$keys_mode" "$after"
  fi
  [ "$(tr -d '\000' <"$before" | wc -c)" = "$(wc -c <"$before")" ] || fail "$keys has bytes that no such file has." 'Nothing was changed: it may be damaged.'
  KEY_NAME=$keys_name KEY_LINE=$line awk "$replace_line" "$before" >"$after" || fail "$after cannot be written: is the disk full?" 'Nothing was changed.'
  is_rest_kept || fail "$keys could not be changed without a change of its other lines." "$by_hand"
  if [ -e "$keys" ]; then cmp -s "$keys" "$before"; else [ ! -s "$before" ]; fi || fail "$keys was changed by somebody else just now." 'Run the same command again.'
  # A file that nobody may change (chattr +i) cannot go from its folder either.
  if [ -e "$keys" ] && lsattr -d -- "$keys" "$folder" 2>/dev/null | sed 's/ .*//' | grep -q '[ia]'; then
    fail "$keys or its folder is immutable." "Nothing was changed. To allow changes: chattr -i -a $keys $folder. Then run the same command again."
  fi
  [ -z "$trying" ] || exit 0
  mv -f "$after" "$keys" || fail "$keys cannot be replaced." 'Nothing was changed.'
}

cannot_keep() {
  fail "$1 cannot be written to by $(id -un)." 'Nothing was changed. A home folder on NFS is often closed to root (root_squash): use --user with a user whose home is on this disk.'
}

# By the lines, and by the number of bytes: an awk could cut off a line that is too long for it.
is_rest_kept() {
  other_lines "$before" >"$before.lines" && other_lines "$after" | cmp -s - "$before.lines" || return 1
  rest_bytes=$(($(wc -c <"$before") - $(our_lines "$before" | wc -c)))
  [ -z "$(tail -c 1 "$before")" ] || rest_bytes=$((rest_bytes + 1))
  [ -z "$line" ] || rest_bytes=$((rest_bytes + ${#line} + 1))
  [ "$rest_bytes" = "$(($(wc -c <"$after")))" ]
}

is_our_line='
  function is_ours(text,   at) {
    at = "/make-a-backup/serve " ENVIRON["KEY_NAME"] "\""
    return text !~ /^[ \t]*#/ && index(text, at) > 0
  }'
# shellcheck disable=SC2016 # awk's own
replace_line="$is_our_line"'
  is_ours($0) { if (ENVIRON["KEY_LINE"] != "" && !done) print ENVIRON["KEY_LINE"]; done = 1; next }
  { print }
  END { if (ENVIRON["KEY_LINE"] != "" && !done) print ENVIRON["KEY_LINE"] }'

other_lines() {
  KEY_NAME=$keys_name awk "$is_our_line"' !is_ours($0)' "$1"
}

our_lines() {
  KEY_NAME=$keys_name awk "$is_our_line"' is_ours($0)' "$1"
}

# The key must not be there already with more rights: sshd takes the first line of a key.
refuse_second_line() {
  for_each "$keys_files" refuse_line_in
  case $(sshd_value authorizedkeyscommand) in
    '' | none) ;;
    *) tell "Look at AuthorizedKeysCommand in /etc/ssh/sshd_config: sshd asks it for keys first. This key must not be among them." ;;
  esac
}

refuse_line_in() {
  found=$(as_keeper cat "$1" 2>/dev/null | KEY_NAME=$new_name KEY_TEXT=${new_key#* } awk "$is_our_line"'
    !/^[ \t]*#/ && index($0, ENVIRON["KEY_TEXT"]) && !is_ours($0) { print NR; exit }')
  [ -z "$found" ] || fail "This key is already in $1, in line $found." \
    'sshd takes the first line of a key, and there it may do something else. Nothing was changed. Remove that line, or make a key of its own: ssh-keygen -t ed25519 -N "" -f make-a-backup'
}

# ---------------------------------------------------------------- sshd

# `sshd_words`: the settings of sshd for this user who comes from elsewhere, if it shows them: only root may see them.
read_sshd() {
  sshd_words='' sshd_error=''
  for sshd in /usr/sbin/sshd /usr/local/sbin/sshd /sbin/sshd; do
    [ -x "$sshd" ] || continue
    came_from=${from%%[,/]*}
    case $came_from in '' | *[!0-9A-Fa-f.:]*) came_from=192.0.2.1 ;; esac
    sshd_words=$("$sshd" -T -C "user=$login_user,host=$came_from,addr=$came_from" 2>/dev/null) && return
    sshd_words=''
    sshd_error=$("$sshd" -T -C "user=$login_user,host=$came_from,addr=$came_from" 2>&1 | tail -n 1)
  done
}

sshd_value() {
  printf '%s\n' "$sshd_words" | sed -n "s/^$1 //p;" | head -n 1
}

check_sshd() {
  if [ -z "$sshd_words" ]; then
    tell "Not looked at: the settings of sshd${sshd_error:+ ($sshd_error)}. Whether they let this key in, the first run shows."
    return
  fi
  [ "$(sshd_value pubkeyauthentication)" != no ] || fail 'sshd takes no keys: PubkeyAuthentication is no.' 'Set it to yes in /etc/ssh/sshd_config and reload sshd.'
  if [ "$login_user" = root ] && [ "$(sshd_value permitrootlogin)" = no ]; then
    fail 'root may not log in here: PermitRootLogin is no.' \
      'Nothing was changed. Use a user who runs this one command as root: add --user make-a-backup --sudo. Or set PermitRootLogin to forced-commands-only, which suffices.'
  fi
  methods=$(sshd_value authenticationmethods)
  case ${methods:-any} in any | publickey | *' publickey' | 'publickey '*) ;; *) fail "sshd wants more than a key from $login_user: AuthenticationMethods is $methods." "Exempt the user in /etc/ssh/sshd_config: Match User $login_user, AuthenticationMethods publickey" ;; esac
  forced_by_sshd=$(sshd_value forcecommand)
  case ${forced_by_sshd:-none} in none) ;; *) fail "sshd runs another command for $login_user: ForceCommand is $forced_by_sshd." 'Exempt the user in /etc/ssh/sshd_config.' ;; esac
  user_groups=$(id -Gn "$login_user" 2>/dev/null || echo "$login_user")
  check_list AllowUsers "$login_user"
  check_list DenyUsers "$login_user"
  check_list AllowGroups "$user_groups"
  check_list DenyGroups "$user_groups"
  # These change what a shell or any other program does before it begins.
  for accepted in $(printf '%s\n' "$sshd_words" | sed -n 's/^acceptenv //p'); do
    case $accepted in
      '*' | LD_* | BASH_* | PATH | ENV) fail "sshd lets clients set $accepted (AcceptEnv), with which a key can do what its line forbids." 'Nothing was changed. Name single variables in /etc/ssh/sshd_config, as in: AcceptEnv LANG LC_*' ;;
    esac
  done
}

# check_list WORD NAMES: whether this list of sshd keeps out who has these names.
check_list() {
  list_word=$(printf '%s' "$1" | tr '[:upper:]' '[:lower:]')
  list=$(printf '%s\n' "$sshd_words" | sed -n "s/^$list_word //p" | tr '\n' ' ')
  [ -n "$list" ] || return 0
  is_listed=''
  for list_pattern in $list; do
    for list_name in $2; do
      # The part behind @ is where somebody comes from.
      # shellcheck disable=SC2254 # a pattern
      case $list_name in ${list_pattern%%@*}) is_listed=yes ;; esac
    done
  done
  case $1:$is_listed in
    Allow*:) fail "sshd does not let $login_user in: $1 is $list" "Nothing was changed. Add $login_user there, in /etc/ssh/sshd_config, and reload sshd; or take another --user." ;;
    Deny*:yes) fail "sshd keeps $login_user out: $1 is $list" 'Nothing was changed. Change it in /etc/ssh/sshd_config and reload sshd; or take another --user.' ;;
  esac
}

# ---------------------------------------------------------------- the database

# `database_options`: lines of an option file with which the client gets in, as who will run it.
find_login() {
  database_options=''
  [ -n "$new_databases" ] || return 0
  # What gets in as root may not get in as the other user, and is too much for one.
  if [ -z "$login_file" ] && [ "$login_user" != "$this_user" ] && [ -z "$sudo_rule" ]; then
    fail "$login_user needs a login at the database." \
      'Make one that may only read (the README has the statements), write it to a file ([client], user=…, password=…), and add --login FILE. Or let the key run as root: --user root, or --sudo.'
  fi
  command -v mariadb >/dev/null || command -v mysql >/dev/null || fail 'There is no database client: neither mariadb nor mysql.'
  # What the functions of a job expect.
  read_request <<EOF
nonce=install

EOF
  if [ -n "$login_file" ]; then
    [ -r "$login_file" ] || fail "--login $login_file cannot be read."
    try_file "$login_file" || fail "The login in $login_file does not get in: $login_error" 'Nothing was changed.'
    return
  fi
  # Where root runs it: the socket, root's own file, Debian's maintenance account.
  try_login "user=$(id -un)" || try_file "${HOME:-}/.my.cnf" || { [ "$(id -u)" = 0 ] && try_file /etc/mysql/debian.cnf; } || ask_login
}

# try_file FILE: the section [client] of an option file.
try_file() {
  [ -r "$1" ] || return 1
  try_login "$(sed -n '/^\[client\]/,/^\[/s/^\(user\|password\|host\|port\|socket\) *= *\(.*\)$/\1=\2/p' "$1")"
}

# try_login LINES
try_login() {
  [ -n "$1" ] || return 1
  options=$1$nl
  (find_client) 2>/dev/null || return 1
  find_client
  login_error=$(run_sql 'SELECT 1;' --batch --skip-column-names --loose-connect-timeout=5 2>&1 >/dev/null) || return 1
  socket=$(run_sql 'SELECT @@socket;' --batch --skip-column-names 2>/dev/null)
  database_options=$options
  case $nl$options in
    *"${nl}socket="* | *"${nl}host="*) ;;
    *) [ -z "$socket" ] || database_options="$options""socket=$socket$nl" ;;
  esac
}

ask_login() {
  if [ -n "$dry_run" ] || ! (: </dev/tty) 2>/dev/null; then
    fail "No login at the database works here: ${login_error:-there is none}" 'Write one to a file (mode 600: [client], user=…, password=…), and add --login FILE.'
  fi
  printf 'No login at the database works here. User of the database (one who may read everything): ' >/dev/tty
  IFS= read -r database_user </dev/tty
  printf 'Password: ' >/dev/tty
  trap 'stty echo </dev/tty; exit 130' INT TERM HUP
  stty -echo </dev/tty
  IFS= read -r database_password </dev/tty
  stty echo </dev/tty
  trap - INT TERM HUP
  printf '\n' >/dev/tty
  try_login "user=$database_user${nl}password=\"$(printf '%s' "$database_password" | sed 's/[\\"]/\\&/g')\"" ||
    fail "That login does not get in: $login_error" 'Nothing was changed.'
}

# ---------------------------------------------------------------- files

write_configuration() {
  {
    tell "# What the key \"$new_name\" of make-a-backup may do here. sh $library/server.sh status shows it."
    tell "# user $login_user"
    tell "# One key=value in a line; a repeated key makes a list. Further keys: exclude (a pattern that may be asked for),"
    tell '# argument (a further option of the dump tool), command (a before-command or after-command), tools (the PATH).'
    for_each "$new_jobs$nl" tell_word job
    for_each "$new_paths" tell_word path
    for_each "$new_databases" tell_word database
    tell_word mirror "$new_mirror"
    tell_word exclude '*'
    for_each "$database_options" tell_word option
  } >"$settings/.$new_name.new"
}

# A line as a request has it.
tell_word() {
  tell "$1=$(printf '%s' "$2" | sed 's/\\/\\\\/g')"
}

# It belongs to who runs the command: `serve` takes no other, and nobody else may read the login in it.
place_configuration() {
  mkdir -p "$settings" && chmod 755 "$settings" && write_configuration || return 1
  if [ "$login_user" != "$this_user" ] && [ -z "$sudo_rule" ]; then
    chown "$login_user" "$settings/.$new_name.new" || return 1
  fi
  chmod 600 "$settings/.$new_name.new" || return 1
  # It may have lines that were written by hand.
  if [ -f "$settings/$new_name.conf" ] && ! cmp -s "$settings/$new_name.conf" "$settings/.$new_name.new"; then
    cp -p "$settings/$new_name.conf" "$settings/$new_name.conf.before" || return 1
    tell "What was in it before is in $settings/$new_name.conf.before."
  fi
  mv -f "$settings/.$new_name.new" "$settings/$new_name.conf"
}

place_program() {
  mkdir -p "$library" && cp "$program" "$library/.server.sh" && chmod 755 "$library" && chmod 644 "$library/.server.sh" &&
    mv -f "$library/.server.sh" "$library/server.sh" || return 1
  cat >"$library/.serve" <<EOF
#!/bin/sh
# The only command of the keys of make-a-backup: $library/serve NAME
PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin
# sudo may have kept that of another user.
if [ "\$(id -u)" = 0 ]; then HOME=~root; fi
exec env -i HOME="\$HOME" PATH="\$PATH" /bin/sh '$library/server.sh' serve '$settings' "\$1"
EOF
  chmod 755 "$library/.serve" && mv -f "$library/.serve" "$library/serve"
}

# The copy of the folders belongs to who makes it.
place_mirror() {
  [ ! -d "$new_mirror" ] || return 0
  (umask 022 && mkdir -p "${new_mirror%/*}") && mkdir -m 700 "$new_mirror" || return 1
  [ -n "$sudo_rule" ] || [ "$login_user" = "$this_user" ] || chown -h "$login_user" "$new_mirror"
}

# sudo passes over a file with a dot in its name.
sudo_file() {
  printf '/etc/sudoers.d/make-a-backup-%s' "$(printf '%s' "$new_name" | tr . @)"
}

# Without a terminal of its own: it would change the stream.
place_sudo_rule() {
  sudo_rule_file=$(sudo_file)
  {
    tell "Defaults!$library/serve !use_pty, !requiretty"
    tell "$login_user ALL=(root) NOPASSWD: $library/serve $new_name"
  } >"$sudo_rule_file.new" && chmod 440 "$sudo_rule_file.new" && visudo -cqf "$sudo_rule_file.new" && mv -f "$sudo_rule_file.new" "$sudo_rule_file"
}

# ---------------------------------------------------------------- install

install() {
  read_arguments "$@"
  [ -n "$new_name" ] || fail '--name is missing.' 'A word for this key, as in: --name web1'
  case $new_jobs in backup | restore) ;; *) fail "--jobs \"$new_jobs\" is no class of jobs." 'It is backup or restore.' ;; esac
  [ "$new_jobs" = backup ] || new_jobs=backup${nl}restore
  [ -n "$new_paths$new_databases" ] || fail 'There is nothing to back up.' 'Add --path FOLDER or --database NAME; both may be repeated.'
  for_each "$new_paths" check_path
  choose_places
  read_key
  read_sshd
  check_sshd
  [ -z "$sudo_rule" ] || check_sudo
  check_tools
  find_user
  find_keys_file
  refuse_second_line
  find_login
  check_databases
  choose_mirror
  write_key_line
  try_keys

  act "Puts the program into $library." place_program
  act "Writes $settings/$new_name.conf:" place_configuration
  if [ -n "$dry_run" ]; then show_configuration; else sed 's/^option=password=.*/option=password=…/;s/^/  /' "$settings/$new_name.conf"; fi
  [ -z "$new_paths" ] || act "Makes $new_mirror, for the copy of the folders." place_mirror
  [ -z "$sudo_rule" ] || act "Lets $login_user run $library/serve $new_name as root: $(sudo_file)." place_sudo_rule
  act "Adds the key to $keys_file of $login_user:" as_keeper sh "$library/server.sh" change-keys "$keys_file" "$new_name" "$key_line"
  tell "  $key_line"
  look_at_modes
  restore_labels
  if [ -n "$dry_run" ]; then
    tell ''
    tell 'Nothing was changed: --dry-run.'
    return
  fi
  try_served
  show_workflow
}

check_path() {
  check_absolute --path "$1"
  [ -d "$1" ] || fail "--path $1: there is no such folder."
}

# check_absolute OPTION FOLDER
check_absolute() {
  case $2 in /*) ;; *) fail "$1 \"$2\" is not absolute." 'It begins with a slash, as in: /var/www/html' ;; esac
  case $2/ in *//* | */./* | */../*) fail "$1 \"$2\" has an empty part, a \".\" or a \"..\"." 'Write the folder as it is, without a slash at the end.' ;; esac
}

# Whether the line can be added, before anything is changed. The user need not be able to read this file.
try_keys() {
  [ "$login_user" = "$this_user" ] || id -u "$login_user" >/dev/null 2>&1 || return 0
  as_keeper sh -s change-keys --try "$keys_file" "$new_name" "$key_line" <"$program" || exit 1
}

check_sudo() {
  [ "$login_user" != root ] || fail '--sudo is for a user other than root.' 'Add --user make-a-backup.'
  command -v visudo >/dev/null || fail 'There is no sudo here.' 'Install it, or use --user root.'
}

check_tools() {
  needs=''
  if [ -n "$new_paths" ]; then needs="rsync tar"; fi
  for tool in $needs gzip; do
    command -v "$tool" >/dev/null || fail "$tool is missing." "Install it, as in: apt-get install $tool"
  done
}

# Only who can look into them knows.
check_databases() {
  [ -n "$new_databases" ] || return 0
  has_line "$new_databases" '*' && return
  options=$database_options
  known=$(run_sql 'SELECT SCHEMA_NAME FROM information_schema.SCHEMATA;' --batch --skip-column-names --default-character-set=utf8mb4)$nl
  for_each "$new_databases" check_database
}

check_database() {
  has_line "$known" "$1" || fail "There is no database \"$1\", or this login may not see it." "It sees: $(printf '%s' "$known" | tr '\n' ' ')"
}

choose_mirror() {
  [ -z "$new_mirror" ] || return 0
  if [ "$(id -u)" = 0 ]; then new_mirror=/var/lib/make-a-backup/$new_name; else new_mirror=$HOME/.make-a-backup/mirror; fi
}

show_configuration() {
  for_each "$new_paths" tell '  path='
  for_each "$new_databases" tell '  database='
  tell "  mirror=$new_mirror"
}

# SELinux lets sshd read only what has its label.
restore_labels() {
  [ -z "$dry_run" ] && command -v restorecon >/dev/null || return 0
  restorecon -F "$library" "$library/server.sh" "$library/serve" "$settings/$new_name.conf" 2>/dev/null
  as_keeper restorecon "${keys_file%/*}" "$keys_file" 2>/dev/null
  return 0
}

# ---------------------------------------------------------------- what it can do now

# Looks at everything as the key will, and shows it.
try_served() {
  tell ''
  tell 'What a backup finds here:'
  set -- sh "$library/server.sh" check "$settings" "$new_name"
  [ -n "$sudo_rule" ] || set -- as_user "$@"
  "$@" || fail 'The key is in its place, but a backup would fail.' 'Change what is named above, and run: sh server.sh status'
}

# check FOLDER NAME: what a backup finds, in words. Fails when one could not succeed.
check() {
  configuration=$1/$2.conf
  read_request <<EOF
nonce=check

EOF
  read_configuration
  clean_environment
  PATH=$own_tools bad=''
  export PATH
  for_each "$own_paths" check_readable
  if [ -n "$own_paths" ] && [ -n "$own_mirror" ]; then check_mirror; fi
  if [ -n "$own_databases" ]; then check_dump; fi
  [ -z "$bad" ]
}

check_readable() {
  if [ ! -d "$1" ] || [ ! -r "$1" ] || [ ! -x "$1" ]; then
    bad=yes
    tell "  BAD: $1 cannot be read by $(id -un)."
  elif foreign_link "$1"; then
    bad=yes
    tell "  BAD: $REPLY, on the way to $1, is a link of another user, who could let the key read any folder. Make it root's: chown -h root $REPLY"
  elif [ -z "$(first_entry "$1")" ]; then
    tell "  BAD: $1 is empty." && bad=yes
  else
    tell "  good: $1, about $(du -sk "$1" 2>/dev/null | cut -f 1) KB"
  fi
}

check_mirror() {
  nearest_folder "$own_mirror"
  if [ "$REPLY" != "$own_mirror" ]; then
    [ -w "$REPLY" ] && return
  elif [ -d "$own_mirror" ] && [ ! -h "$own_mirror" ] && [ -O "$own_mirror" ] && [ -w "$own_mirror" ]; then
    return
  fi
  bad=yes
  tell "  BAD: $own_mirror, the place for the copy of the folders, does not belong to $(id -un), or cannot be written to."
}

check_dump() {
  options=$own_options
  find_tools
  if found=$(run_sql "SELECT TABLE_SCHEMA, COUNT(*) FROM information_schema.TABLES
    WHERE TABLE_SCHEMA NOT IN ('mysql', 'information_schema', 'performance_schema', 'sys') GROUP BY TABLE_SCHEMA;" --batch \
    --skip-column-names --default-character-set=utf8mb4 2>&1); then
    IFS=$nl
    for each_database in $found; do
      if has_line "$own_databases" "${each_database%%"$tab"*}" || has_line "$own_databases" '*'; then
        tell "  good: database ${each_database%%"$tab"*}, ${each_database#*"$tab"} tables and views"
      fi
    done
    unset IFS
  else
    bad=yes
    tell "  BAD: the login at the database does not get in: $found"
  fi
}

# The rest is for the workflow.
show_workflow() {
  port=$(sshd_value port)
  tell ''
  tell 'For the secrets of the repository, and for the workflow. If GitHub reaches this server by another name, write that'
  tell 'one behind ssh-host and at the beginning of the line of the host key:'
  tell ''
  tell '        with:'
  tell "          ssh-host: $(hostname -f 2>/dev/null || hostname)"
  tell "          ssh-user: $login_user"
  case ${port:-22} in 22) ;; *) tell "          ssh-port: $port" ;; esac
  # shellcheck disable=SC2016 # for GitHub
  tell '          ssh-key: ${{ secrets.SSH_KEY }}'
  tell '          ssh-known-hosts: |'
  show_host_keys "$port"
  if [ -n "$new_databases" ]; then
    tell '          databases: |'
    for_each "$new_databases" tell '           '
  fi
  if [ -n "$new_paths" ]; then
    tell '          paths: |'
    for_each "$new_paths" tell '           '
  fi
}

show_host_keys() {
  host=$(hostname -f 2>/dev/null || hostname)
  case ${1:-22} in 22) ;; *) host="[$host]:$1" ;; esac
  host_keys=$(printf '%s\n' "$sshd_words" | sed -n 's/^hostkey //p')
  [ -n "$host_keys" ] || host_keys='/etc/ssh/ssh_host_ed25519_key /etc/ssh/ssh_host_ecdsa_key /etc/ssh/ssh_host_rsa_key'
  # sshd lists RSA first.
  for key_type in ssh-ed25519 ecdsa- ''; do
    for host_key in $host_keys; do
      [ -r "$host_key.pub" ] || continue
      public_key=$(cut -d ' ' -f 1,2 "$host_key.pub")
      case $public_key in "$key_type"*) tell "            $host $public_key" && return ;; esac
    done
  done
  # Dropbear has no files of its public keys.
  for host_key in /etc/dropbear/dropbear_ed25519_host_key /etc/dropbear/dropbear_ecdsa_host_key /etc/dropbear/dropbear_rsa_host_key; do
    [ -r "$host_key" ] || continue
    tell "            $host $(dropbearkey -y -f "$host_key" 2>/dev/null | sed -n 's/^\([a-z0-9-]* AAAA[^ ]*\).*/\1/p')" && return
  done
  tell "            (found none: the public host key of this server, behind \"$host \")"
}

# ---------------------------------------------------------------- afterwards

# What is installed here, and what each key may do.
show_status() {
  read_arguments "$@"
  choose_places
  [ -f "$library/server.sh" ] || fail 'make-a-backup is not installed here.' "$library/server.sh is not there."
  tell "make-a-backup $(sed -n 's/^version=//p' "$library/server.sh") in $library"
  names=$(list_names)
  [ -n "$names" ] || tell 'No key is set up here.'
  [ -z "$new_name" ] || [ -f "$settings/$new_name.conf" ] || fail "There is no key \"$new_name\" here." "There is: $(printf '%s' "$names" | tr '\n' ' ')"
  for_each "$names" show_key
}

list_names() {
  set +f
  for settings_file in "$settings"/*.conf; do
    settings_name=${settings_file##*/}
    [ ! -f "$settings_file" ] || tell "${settings_name%.conf}"
  done
  set -f
}

show_key() {
  [ -z "$new_name" ] || [ "$new_name" = "$1" ] || return 0
  tell ''
  tell "$1 ($settings/$1.conf):"
  grep -v -e '^#' -e '^option=password' "$settings/$1.conf" | sed 's/^/  /'
  # What is not root's own is looked at by who it belongs to: its PATH may be anything.
  login_user=$this_user
  if [ ! -O "$settings/$1.conf" ]; then login_user=$(sed -n 's/^# user //p' "$settings/$1.conf" | head -n 1); fi
  as_user sh "$library/server.sh" check "$settings" "$1" || :
}

# Replaces the program, and nothing else.
upgrade() {
  read_arguments "$@"
  choose_places
  [ -f "$library/server.sh" ] || fail 'make-a-backup is not installed here.' 'sh server.sh install --help'
  act "Replaces make-a-backup $(sed -n 's/^version=//p' "$library/server.sh") in $library with $version." place_program
  restore_labels
}

# The key first: it must not be there without its lock.
uninstall() {
  read_arguments "$@"
  choose_places
  [ -n "$new_name$all" ] || fail '--name is missing.' 'Which key, or --all. sh server.sh status lists them.'
  names=$new_name
  [ -z "$all" ] || names=$(list_names)
  [ -z "$new_name" ] || [ -f "$settings/$new_name.conf" ] || fail "There is no key \"$new_name\" here." "$settings/$new_name.conf is not there."
  for_each "$names" uninstall_name
  [ -n "$dry_run" ] || [ -n "$(list_names)" ] || act "Removes the program from $library." remove_program
}

uninstall_name() {
  new_name=$1
  configuration=$settings/$new_name.conf
  login_user=$(sed -n 's/^# user //p' "$configuration" | head -n 1)
  login_user=${login_user:-$this_user}
  look_up_user
  user_stays=''
  if [ -z "$REPLY" ]; then
    tell "The user $login_user is gone, and its keys with it."
  else
    choose_home
    read_sshd
    find_keys_file
    act "Removes the key of $new_name from $keys_file." as_keeper sh "$library/server.sh" change-keys "$keys_file" "$new_name"
    user_stays=yes
  fi
  own_mirror=$(sed -n 's/^mirror=//p' "$configuration")
  case $own_mirror in
    "/var/lib/make-a-backup/$new_name") act "Removes $own_mirror, the copy of the folders." rm -rf -- "$own_mirror" ;;
    *) [ ! -d "$own_mirror" ] || tell "The copy of the folders stays: $own_mirror. To remove it: rm -rf '$own_mirror'" ;;
  esac
  [ ! -f "$(sudo_file)" ] || act "Removes $(sudo_file)." rm -f "$(sudo_file)"
  act "Removes $configuration." rm -f "$configuration" "$configuration.before"
  [ "$login_user" = "$this_user" ] || [ -z "$user_stays" ] || tell "The user $login_user stays. If it was only for this: userdel -r $login_user"
}

remove_program() {
  rm -f "$library/server.sh" "$library/serve" && rmdir "$library" || return 1
  rmdir "$settings" /var/lib/make-a-backup 2>/dev/null || :
}

# The inventory: facts for a backup, tab-separated, one per line. Names in the database are hexadecimal, so
# that no name can look like something else.

job_inventory() {
  system=$(sed -n 's/^PRETTY_NAME="\{0,1\}\([^"]*\).*/\1/p' /etc/os-release 2>/dev/null)
  printf 'os\t%s\n' "${system:-$(uname -sr)}"
  case $compression in
    zstd) command -v zstd >/dev/null || missing_tool zstd ;;
    gzip) command -v pigz >/dev/null || command -v gzip >/dev/null || missing_tool gzip ;;
  esac
  if [ -n "$paths" ]; then list_files; fi
  if [ -n "$everything$databases" ]; then list_databases; fi
}

list_files() {
  command -v rsync >/dev/null || missing_tool rsync
  command -v tar >/dev/null || missing_tool tar
  printf 'rsync\t%s\n' "$(rsync --version 2>/dev/null | head -n 1)"
  printf 'tar\t%s\n' "$(tar --version 2>/dev/null | head -n 1)"
  for_each "$paths" report_path
  if command -v php >/dev/null; then
    printf 'php\t%s\t%s\n' "$(php -v </dev/null 2>/dev/null | head -n 1)" \
      "$(php -m </dev/null 2>/dev/null | grep -v -e '^\[' -e '^$' | sort -u | tr '\n' ',')"
  fi
}

report_path() {
  if [ ! -e "$1" ]; then
    state=missing
  elif [ ! -d "$1" ]; then
    state=not-a-folder
  elif [ ! -r "$1" ] || [ ! -x "$1" ]; then
    state=unreadable
  elif [ -z "$(first_entry "$1")" ]; then
    state=empty
  else
    state=present
  fi
  printf 'path\t%s\t%s\n' "$state" "$1"
}

report_system() {
  describe_system
  printf 'system\t%s\n' "$REPLY"
}

# report_tool WHAT NAME…: reports the version line of the first tool that exists.
report_tool() {
  what=$1
  shift
  for tool in "$@"; do
    command -v "$tool" >/dev/null || continue
    printf 'tool\t%s\t%s\n' "$what" "$("$tool" --version </dev/null 2>/dev/null | own_name)"
    return
  done
}

# The first line, without the folder that newer MariaDB tools print before their name.
own_name() { sed -n '1s|^/[^ ]*/||;1p'; }

list_databases() {
  find_tools
  printf 'dump-tool\t%s\n' "$("$dumper" --version 2>/dev/null | own_name)"
  # Not every dump tool has these.
  "$dumper" --help 2>/dev/null | sed -n -e 's/^.*--\(ignore-table-data\|init-command\)=.*/feature\t\1/p' -e 's/^.*--\(dump-history\) .*/feature\t\1/p'
  if [ -z "$options" ]; then
    # Options in ~/.my.cnf on the server could leave something out of the dump. Names only: values may be
    # secrets.
    "$dumper" --print-defaults 2>/dev/null | tr ' ' "$nl" | sed -n "s/^--\([A-Za-z_-]*\).*/default$tab\1/p"
  fi
  choose_databases
  # A trait, and asked for here: MariaDB opens every table for it, and for the sizes.
  encrypted=''
  [ -z "$traits" ] || encrypted=", UPPER(CREATE_OPTIONS) REGEXP 'ENCRYPT(ED|ION).?=.?(Y|1)'"
  with_values argument run_sql "
    SELECT 'server', HEX(VERSION()), HEX(@@version_comment);
    SELECT 'user', HEX(CURRENT_USER());
    SHOW VARIABLES LIKE 'partial\_revokes';
    SELECT 'row-limit', @make_a_backup_row_limit;
    SELECT 'visible', HEX(SCHEMA_NAME) FROM information_schema.SCHEMATA;
    SELECT 'database', HEX(SCHEMA_NAME), DEFAULT_CHARACTER_SET_NAME, DEFAULT_COLLATION_NAME
      FROM information_schema.SCHEMATA WHERE SCHEMA_NAME $REPLY;
    SELECT 'table', HEX(TABLE_SCHEMA), HEX(TABLE_NAME), TABLE_TYPE, IFNULL(ENGINE, ''), IFNULL(DATA_LENGTH, 0) + IFNULL(INDEX_LENGTH, 0)$encrypted
      FROM information_schema.TABLES WHERE TABLE_SCHEMA $REPLY;
    SELECT 'trigger', HEX(TRIGGER_SCHEMA), HEX(TRIGGER_NAME), HEX(EVENT_OBJECT_TABLE)
      FROM information_schema.TRIGGERS WHERE TRIGGER_SCHEMA $REPLY;
    SELECT 'routine', HEX(ROUTINE_SCHEMA), HEX(ROUTINE_NAME), ROUTINE_TYPE, ROUTINE_DEFINITION IS NOT NULL
      FROM information_schema.ROUTINES WHERE ROUTINE_SCHEMA $REPLY;
    SELECT 'event', HEX(EVENT_SCHEMA), HEX(EVENT_NAME)
      FROM information_schema.EVENTS WHERE EVENT_SCHEMA $REPLY;
    SELECT 'ambiguous', HEX(ROUTINE_SCHEMA), ROUTINE_TYPE, HEX(ROUTINE_NAME)
      FROM information_schema.ROUTINES WHERE ROUTINE_SCHEMA $REPLY AND ROUTINE_DEFINITION REGEXP $ambiguous;
    SELECT 'ambiguous', HEX(TRIGGER_SCHEMA), 'TRIGGER', HEX(TRIGGER_NAME)
      FROM information_schema.TRIGGERS WHERE TRIGGER_SCHEMA $REPLY AND ACTION_STATEMENT REGEXP $ambiguous;
    SELECT 'ambiguous', HEX(EVENT_SCHEMA), 'EVENT', HEX(EVENT_NAME)
      FROM information_schema.EVENTS WHERE EVENT_SCHEMA $REPLY AND EVENT_DEFINITION REGEXP $ambiguous;
    SELECT DISTINCT 'definer', HEX(TABLE_SCHEMA), HEX(DEFINER) FROM information_schema.VIEWS WHERE TABLE_SCHEMA $REPLY;
    SELECT DISTINCT 'definer', HEX(TRIGGER_SCHEMA), HEX(DEFINER) FROM information_schema.TRIGGERS WHERE TRIGGER_SCHEMA $REPLY;
    SELECT DISTINCT 'definer', HEX(ROUTINE_SCHEMA), HEX(DEFINER) FROM information_schema.ROUTINES WHERE ROUTINE_SCHEMA $REPLY;
    SELECT DISTINCT 'definer', HEX(EVENT_SCHEMA), HEX(DEFINER) FROM information_schema.EVENTS WHERE EVENT_SCHEMA $REPLY;" &&
    list_grants
  status=$?
  if [ "$status" = 0 ]; then
    [ -n "$flavor" ] || find_flavor
    [ "$flavor" != mysql ] || list_libraries
    [ "$(product_of "$dumper")" = "$flavor" ] || list_unwritable || status=$?
  fi
  [ "$status" != 0 ] || list_accounts
  [ -z "$traits" ] || list_traits
  report_sql_status inventory "$status"
}

# Code in other languages, which only MySQL has since 9.
list_libraries() {
  with_values argument run_sql "
    SELECT 'routine', HEX(LIBRARY_SCHEMA), HEX(LIBRARY_NAME), 'LIBRARY', LIBRARY_DEFINITION IS NOT NULL
      FROM information_schema.LIBRARIES WHERE LIBRARY_SCHEMA $REPLY;" 2>/dev/null
}

# What the dump tool of the other product writes so that it cannot be read, or not at all.
list_unwritable() {
  case $flavor in
    mysql) unwritable="EXTRA REGEXP '(VIRTUAL|STORED) GENERATED'" ;;
    *) unwritable="COLUMN_DEFAULT REGEXP '(nextval|lastval|setval)[(]'" ;;
  esac
  with_values argument run_sql "
    SELECT DISTINCT 'remark', HEX(TABLE_SCHEMA), 'unwritable', 'TABLE', HEX(TABLE_NAME), ''
      FROM information_schema.COLUMNS WHERE TABLE_SCHEMA $REPLY AND (DATA_TYPE = 'vector' OR $unwritable);"
}

# Whose rights there are, from tables that hold no password. What this login may not read is passed over, and so
# is what only the other product has: after the word `accounts-seen` a table was read.
list_accounts() {
  with_values argument run_all_sql "
    SELECT 'right', HEX(Db), HEX(User), HEX(Host), '', '', '', CONCAT_WS(',',
      IF(Select_priv = 'Y', 'SELECT', NULL), IF(Insert_priv = 'Y', 'INSERT', NULL),
      IF(Update_priv = 'Y', 'UPDATE', NULL), IF(Delete_priv = 'Y', 'DELETE', NULL),
      IF(Create_priv = 'Y', 'CREATE', NULL), IF(Drop_priv = 'Y', 'DROP', NULL),
      IF(References_priv = 'Y', 'REFERENCES', NULL), IF(Index_priv = 'Y', 'INDEX', NULL),
      IF(Alter_priv = 'Y', 'ALTER', NULL), IF(Create_tmp_table_priv = 'Y', 'CREATE TEMPORARY TABLES', NULL),
      IF(Lock_tables_priv = 'Y', 'LOCK TABLES', NULL), IF(Create_view_priv = 'Y', 'CREATE VIEW', NULL),
      IF(Show_view_priv = 'Y', 'SHOW VIEW', NULL), IF(Create_routine_priv = 'Y', 'CREATE ROUTINE', NULL),
      IF(Alter_routine_priv = 'Y', 'ALTER ROUTINE', NULL), IF(Execute_priv = 'Y', 'EXECUTE', NULL),
      IF(Event_priv = 'Y', 'EVENT', NULL), IF(Trigger_priv = 'Y', 'TRIGGER', NULL),
      IF(Grant_priv = 'Y', 'GRANT', NULL))
      FROM mysql.db;
    SELECT DISTINCT 'accounts-seen', 'db' FROM (SELECT COUNT(*) FROM mysql.db) AS seen;
    SELECT 'right', HEX(Db), HEX(User), HEX(Host), 'TABLE', HEX(Table_name), '', Table_priv FROM mysql.tables_priv WHERE Table_priv != '';
    SELECT DISTINCT 'accounts-seen', 'tables_priv' FROM (SELECT COUNT(*) FROM mysql.tables_priv) AS seen;
    SELECT 'right', HEX(Db), HEX(User), HEX(Host), 'TABLE', HEX(Table_name), HEX(Column_name), Column_priv FROM mysql.columns_priv;
    SELECT DISTINCT 'accounts-seen', 'columns_priv' FROM (SELECT COUNT(*) FROM mysql.columns_priv) AS seen;
    SELECT 'right', HEX(Db), HEX(User), HEX(Host), Routine_type, HEX(Routine_name), '', Proc_priv FROM mysql.procs_priv
      WHERE Routine_type IN ('PROCEDURE', 'FUNCTION', 'PACKAGE', 'PACKAGE BODY');
    SELECT DISTINCT 'accounts-seen', 'procs_priv' FROM (SELECT COUNT(*) FROM mysql.procs_priv) AS seen;
    SELECT 'role', HEX(Role), '', HEX(User), HEX(Host) FROM mysql.roles_mapping;
    SELECT DISTINCT 'accounts-seen', 'roles_mapping' FROM (SELECT COUNT(*) FROM mysql.roles_mapping) AS seen;
    SELECT 'role', HEX(FROM_USER), HEX(FROM_HOST), HEX(TO_USER), HEX(TO_HOST) FROM mysql.role_edges;
    SELECT DISTINCT 'accounts-seen', 'role_edges' FROM (SELECT COUNT(*) FROM mysql.role_edges) AS seen;
    SELECT 'default-role', HEX(DEFAULT_ROLE_USER), HEX(DEFAULT_ROLE_HOST), HEX(USER), HEX(HOST) FROM mysql.default_roles;
    SELECT DISTINCT 'accounts-seen', 'default_roles' FROM (SELECT COUNT(*) FROM mysql.default_roles) AS seen;
    SELECT 'default-role', HEX(default_role), '', HEX(User), HEX(Host) FROM mysql.user WHERE default_role != '' AND is_role = 'N';
    SELECT 'plugin', HEX(User), HEX(Host), HEX(plugin) FROM mysql.user WHERE plugin IN ('unix_socket', 'auth_socket');
    SELECT 'global', HEX(GRANTEE), GROUP_CONCAT(PRIVILEGE_TYPE), MAX(IS_GRANTABLE) FROM information_schema.USER_PRIVILEGES
      WHERE PRIVILEGE_TYPE IN ('SELECT', 'INSERT', 'UPDATE', 'DELETE', 'CREATE', 'DROP', 'REFERENCES', 'INDEX', 'ALTER',
        'CREATE TEMPORARY TABLES', 'LOCK TABLES', 'CREATE VIEW', 'SHOW VIEW', 'CREATE ROUTINE', 'ALTER ROUTINE', 'EXECUTE',
        'EVENT', 'TRIGGER') GROUP BY GRANTEE;" 2>/dev/null
  return 0
}

# Code that the client and the server read differently: a comment that begins with -- and a control character,
# and a line that begins with the command of the client. A restore makes no such object.
ambiguous="CONCAT('--[', CHAR(1 USING utf8mb4), '-', CHAR(8 USING utf8mb4), CHAR(14 USING utf8mb4), '-', CHAR(31 USING utf8mb4),
  CHAR(127 USING utf8mb4), ']|(^|', CHAR(10 USING utf8mb4), ')[Dd][Ee][Ll][Ii][Mm][Ii][Tt][Ee][Rr]')"

# The chosen schemas: REPLY is the end of an SQL condition.
choose_databases() {
  if [ -n "$everything" ]; then
    REPLY="NOT IN ('mysql', 'information_schema', 'performance_schema', 'sys')"
    return
  fi
  REPLY=''
  for_each "$databases" add_schema
  REPLY="IN ($REPLY)"
}

add_schema() {
  case $1 in *[!0-9A-F]*) problem bad-request database ;; esac
  REPLY="$REPLY${REPLY:+, }_utf8 x'$1'"
}

# The grants of the login, as one hexadecimal word. MariaDB shows the password hash there: it is removed.
list_grants() {
  grants=$(with_values argument run_sql "SET SESSION sql_mode = '', sql_quote_show_create = 1; SHOW GRANTS;") || return
  printf 'grants\t%s\n' "$(printf '%s\n' "$grants" | sed 's/ IDENTIFIED .*//' | od -An -v -tx1 | tr -d ' \n')"
}

# Archives of what changed: GNU tar's incremental format. Its snapshot files are beside the mirror, in
# `levels/LOCK/SHA256`, each named for its own contents: the bucket says which of them counts.

# Chooses the snapshot to build on, once the mirror is up to date: `stands_on` is the first one of `stand_ons` that is of any
# use, or ''. `writes` is `whole` for an archive that every tar reads, or `level`.
choose_level() {
  writes=whole stands_on='' folder_list=''
  [ -n "$stand_ons$base" ] || { count_mirror && return; }
  if ! can_level; then
    say not-on tools "$REPLY"
    count_mirror
    return
  fi
  levels=$notes/levels/$lock
  make_folder "$levels" mirror-folder -p
  refuse_foreign "$levels"
  folder_list=$levels/folders
  read_tree
  tried=0
  for_each "$stand_ons" try_snapshot
  if [ -n "$stands_on$base" ]; then writes=level; else rm -f -- "$levels/copy" "$folder_list"; fi
  if [ -n "$stands_on" ]; then say stands-on "$stands_on"; fi
}

# What it takes beside tar. REPLY: what is missing.
can_level() {
  REPLY='tar'
  is_gnu_tar || return 1
  REPLY='find'
  find . -maxdepth 0 -printf '%y' >/dev/null 2>&1 || return 1
  REPLY=sha256sum
  [ "$(printf '' | sha256sum 2>/dev/null | cut -c 1-8)" = e3b0c442 ] || return 1
  REPLY='stat'
  [ -n "$(stat -c %Y . 2>/dev/null)" ]
}

# ---------------------------------------------------------------- clocks

# A snapshot knows when it was made, and what is changed later must be dated later. Removes those of all prefixes for which
# that would not be so: a clock was set back, or that of the mirror's disk is behind. Called before rsync and after it.
drop_undated() {
  [ -d "$notes/levels" ] || return 0
  clock_tries=0
  while :; do
    echo "$$" >"$notes/clock" || cannot_write mirror-folder "$notes" ''
    disk_seconds=$(stat -c %Y "$notes/clock" 2>/dev/null)
    case $disk_seconds in '' | *[!0-9]*) disk_seconds=0 ;; esac
    undated=''
    set +f
    for snapshot in "$notes/levels"/*/*; do
      set -f
      case ${snapshot##*/} in *[!0-9a-f]* | '') continue ;; esac
      snapshot_seconds "$snapshot"
      [ "$REPLY" -lt "$disk_seconds" ] || undated=$undated$snapshot$nl
    done
    set -f
    # Of a site with a few files the next archive may follow in the same second.
    if [ -z "$undated" ] || [ "$clock_tries" -ge 2 ]; then break; fi
    sleep 1
    clock_tries=$((clock_tries + 1))
  done
  for_each "$undated" rm -f --
  if [ "$disk_seconds" -lt "${seen_seconds:-0}" ]; then rm -rf -- "$notes/levels"; fi
  seen_seconds=$disk_seconds
}

# snapshot_seconds FILE: REPLY is when it was begun, by the clock of tar.
snapshot_seconds() {
  REPLY=$(head -c 200 "$1" 2>/dev/null | tr '\000' '\n' | sed -n 2p)
  case $REPLY in '' | *[!0-9]* | ????????????*) REPLY=99999999999 ;; esac
}

# ---------------------------------------------------------------- the tree

# Counts the mirror in one pass: what an archive of the whole tree would have, which the runner compares with that of this
# run, and the folders with their inodes.
read_tree() {
  starts=''
  for_each "$stand_ons" add_start
  cd "$mirror" || problem mirror-folder "$mirror"
  tree_lines=$(with_lines "$(archive_names)" print_tree | tr '\n\000' '\001\n' |
    roots=$(archive_names) starts=$starts folder_list=$folder_list mount_places=$(print_mount_places) awk "$sum_tree") ||
    cannot_write mirror-folder "$mirror" ''
  for_each "$tree_lines" say
}

# Nanoseconds come without zeros before them.
add_start() {
  starts="$starts$(head -c 200 "$levels/$1" 2>/dev/null | tr '\000' '\n' | awk 'NR == 2 { seconds = $0 } NR == 3 { printf "%s.%09d", seconds, $0 } END { if (NR < 3) print 0 }') "
}

print_tree() {
  for folder in "$@"; do
    find "./$folder" -printf '%y %i %n %s %C@ %m %d %P\0%l\0'
  done
}

# The places below the folders where something is mounted, by their names in the mirror.
print_mount_places() {
  for_each "$paths" print_mounts_in
}

print_mounts_in() {
  list_mounts "$1" | head -n 1000 | sed -e "s,^[^$tab]*$tab,," -e "s,^,$(printf '%s' "${1#/}" | sed 's/[\\&,]/\\&/g')/," -e 's,/$,,'
}

# Two lines for each entry: seven fields and the name below its folder; where it leads, of a link. A line break in a name is
# the byte 1. Of a file with several names only the first one has data in an archive.
# shellcheck disable=SC2016 # awk's own
sum_tree='
  function padded(bytes) { return bytes % 512 ? bytes + 512 - bytes % 512 : bytes }
  function note(word, text) { if (++noted[word] <= 50) example[word, noted[word]] = text }
  function escaped(text,   out, at, letter) {
    gsub(/\001/, "\n", text)
    if (text !~ /[^ -[\]-~]/) return text
    out = ""
    for (at = 1; at <= length(text); at++) {
      letter = substr(text, at, 1)
      out = out (letter ~ /[ -[\]-~]/ ? letter : sprintf("\\%03o", code[letter]))
    }
    return out
  }
  function add(place, bytes) {
    files[place]++
    sizes[place] += bytes
  }
  BEGIN {
    for (at = 1; at < 256; at++) code[sprintf("%c", at)] = at
    root_count = split(ENVIRON["roots"], root, "\n")
    start_count = split(ENVIRON["starts"], start, " ")
    mount_count = split(ENVIRON["mount_places"], mounted, "\n")
    folder_list = ENVIRON["folder_list"]
    for (at = 1; at <= mount_count; at++) files["m" mounted[at]] = 0
  }
  NR % 2 == 1 {
    split($0, field, " ")
    kind = field[1]
    name = $0
    for (at = 1; at <= 7; at++) name = substr(name, length(field[at]) + 2)
    if (field[7] == 0) number++
    full = root[number] (name == "" ? "" : "/" name)
    count[kind]++
    whole += 512
    if (kind == "d") {
      print field[2] " " full >folder_list
      if (field[7] == 1 && ++first_count <= 1001) first[first_count] = full
      next
    }
    bytes = kind == "f" && (field[3] < 2 || !seen[field[2]]++) ? field[4] : 0
    total += bytes
    whole += padded(bytes)
    for (at = 1; at <= start_count; at++) if (field[5] >= start[at]) changed[at] += bytes
    if (field[7] > 1) add("f" root[number] "/" substr(name, 1, index(name, "/") - 1), bytes)
    for (at = 1; at <= mount_count; at++) if (index(full, mounted[at] "/") == 1) add("m" mounted[at], bytes)
    if (kind == "f" && field[6] >= 2000) note("set-uid", field[6] " " escaped(full))
    if (kind == "b" || kind == "c") note("devices", field[6] " " escaped(full))
    next
  }
  kind == "l" && (/^\// || /\.\./) { if (++led <= 2000) leads[led] = escaped(full) "\t" escaped($0) }
  END {
    close(folder_list)
    last = split("f d l p b c s", kinds, " ")
    for (at = 1; at <= last; at++) print "count", kinds[at], count[kinds[at]] + 0
    printf "tree %.0f %.0f\n", whole + 1024, total
    for (at = 1; at <= start_count; at++) printf "changed %d %.0f\n", at, changed[at]
    for (at = 1; at <= first_count && first_count <= 1000; at++) printf "place %d %.0f %s\n", files["f" first[at]], sizes["f" first[at]], escaped(first[at])
    if (first_count > 1000) print "places-unknown"
    for (at = 1; at <= mount_count; at++) printf "mounted %d %.0f %s\n", files["m" mounted[at]], sizes["m" mounted[at]], escaped(mounted[at])
    if (led > 2000) print "leads-unknown"
    else for (at = 1; at <= led; at++) print "leads", leads[at]
    for (word in noted) {
      print "risky", word, noted[word]
      for (at = 1; at <= noted[word] && at <= 50; at++) print "risk", word, example[word, at]
    }
  }'

# ---------------------------------------------------------------- snapshots

# try_snapshot DIGEST: takes it, unless another one is taken. Says why not.
try_snapshot() {
  tried=$((tried + 1))
  [ -z "$stands_on" ] || return 0
  from=$levels/$1
  if [ -h "$from" ] || [ ! -f "$from" ] || [ ! -O "$from" ]; then
    say not-on "missing $1"
    return
  fi
  # tar writes into it: on a copy, which is looked at, not on what is there.
  cp -- "$from" "$levels/copy" || cannot_write mirror-folder "$levels" ''
  digest_of "$levels/copy"
  if [ "$REPLY" != "$1" ]; then
    rm -f -- "$from"
    say not-on "changed $1"
    return
  fi
  changed_bytes=$(printf '%s\n' "$tree_lines" | sed -n "s/^changed $tried //p")
  total_bytes=$(printf '%s\n' "$tree_lines" | sed -n 's/^tree [0-9]* //p')
  if [ "$((${changed_bytes:-0} * 2))" -gt "${total_bytes:-0}" ]; then
    say not-on "half $1"
    return
  fi
  keep_known_folders <"$levels/copy" >"$levels/new" || cannot_write mirror-folder "$levels" ''
  stands_on=$1
}

digest_of() {
  REPLY=$(sha256sum <"$1" | cut -d ' ' -f 1)
}

# Passes on a snapshot with only the folders that are still there, under their name and with their inode. Of others tar
# would say that a new folder was renamed from them, since inodes come round again; so it is new, with all that is in it.
keep_known_folders() {
  tr '\n\000' '\001\n' | awk -v folders="$folder_list" "$known_folders" | tr '\n\001' '\000\n'
}

# A record: whether the disk is that of another machine, seconds, nanoseconds, device, inode, name, then what is in it, and two
# empty fields. The first line has the version, and the time in its second half.
# shellcheck disable=SC2016 # awk's own
known_folders='
  BEGIN {
    while ((getline line <folders) > 0) known[line] = 1
  }
  NR <= 2 { print; next }
  {
    field++
    if (field <= 6) held[field] = $0
    if (field == 6) {
      is_known = (held[5] " " held[6]) in known
      if (is_known) for (at = 1; at <= 6; at++) print held[at]
    }
    if (field <= 6) next
    if (is_known) print
    if ($0 == "") {
      if (is_known) { if ((getline extra) > 0) print extra } else getline extra
      field = 0
    }
  }'

# Removes the snapshots of this prefix that the runner does not know, so those of runs that failed.
forget_snapshots() {
  [ -d "$notes/levels/$lock" ] || return 0
  set +f
  for snapshot in "$notes/levels/$lock"/*; do
    set -f
    has_line "$keeps" "${snapshot##*/}" || rm -f -- "$snapshot"
  done
  set -f
}

# ---------------------------------------------------------------- the archive

# The lists come first: tar puts folders before what it is given by name.
write_level() {
  set -- --format=gnu --quoting-style=escape
  if [ -n "$owner_list$late_lists" ]; then
    listed_bytes=0
    for_each "$owner_list$late_lists" add_listed_bytes
    with_lines "$owner_list$late_lists" tar "$@" -C "$mirror" -cf - -- </dev/null | head -c "$listed_bytes"
  fi
  with_lines "$(archive_names)" tar "$@" --no-check-device --listed-incremental="$levels/new" -C "$mirror" -cf - -- </dev/null
}

add_listed_bytes() {
  list_bytes=$(wc -c <"$mirror/$1")
  listed_bytes=$((listed_bytes + 512 + (list_bytes + 511) / 512 * 512))
}

# After a good archive: what a later one may build on.
keep_snapshot() {
  rm -f -- "$levels/copy" "$folder_list"
  if [ -z "$base" ]; then
    rm -f -- "$levels/new"
    return
  fi
  digest_of "$levels/new"
  mv -f -- "$levels/new" "$levels/$REPLY" || cannot_write mirror-folder "$levels" ''
  say snapshot "$REPLY"
}

# Locks. A lock is a folder, since mkdir is atomic everywhere. It is valid while its holder runs and gets
# heartbeats from its runner.

# Holds the lock until the runner releases it or goes away.
job_take_lock() {
  check_lock_name
  find_state_folder
  trap 'finish 143' TERM HUP INT PIPE
  trap 'finish 70' EXIT
  take_lock "$REPLY/$lock" "$wait_seconds" || problem busy "$REPLY"
  say phase locked
  beat=''
  while IFS= read -r beat && [ "$beat" != release ]; do touch_held; done
  [ "$beat" = release ] || finish 75
}

# Other folders are in that of the locks, too: the mirror of a user.
check_lock_name() {
  case ${lock#lock-} in "$lock" | '' | *[!0-9A-Za-z-]*) problem bad-request lock ;; esac
  [ -n "$owner" ] || problem bad-request owner
}

# For the post step: removes the locks that a killed run of this owner left, and ends their holders.
job_clean_up() {
  check_lock_name
  find_state_folder
  end_lock "$REPLY/$lock"
  [ -z "$mirror" ] || end_lock "$(expand_home "$mirror")/.make-a-backup/lock"
}

end_lock() {
  [ "$(cat "$1/owner" 2>/dev/null)" = "$owner" ] || return 0
  end_holder "$(cat "$1/pid" 2>/dev/null)" "$(cat "$1/mark" 2>/dev/null)"
  remove_lock "$1"
  say recovered "$owner"
}

# The folder of the locks, which belongs only to us. REPLY is its path.
find_state_folder() {
  REPLY=${HOME:-/nonexistent}/.make-a-backup
  if ! made_error=$(mkdir -p -- "$REPLY" 2>&1); then
    case $made_error in *'No space left'* | *[Qq]'uota exceeded'*) cannot_write state-folder "$REPLY" "$made_error" ;; esac
    REPLY=/tmp/make-a-backup-$(id -u)
    mkdir -p -- "$REPLY" 2>/dev/null || problem state-folder "${HOME:-/nonexistent}/.make-a-backup"
  fi
  # Refuses a folder that another user made, or a planted link.
  if [ -h "$REPLY" ] || [ ! -d "$REPLY" ] || [ ! -O "$REPLY" ] || [ ! -w "$REPLY" ]; then problem state-folder "$REPLY"; fi
}

# take_lock FOLDER WAIT_SECONDS: fails when another run has the lock; REPLY is then the folder and the name of its
# owner, separated by a tab.
take_lock() {
  waited=0 wait_limit=$2 last_beat='' still=0
  while ! lock_error=$(mkdir -- "$1" 2>&1); do
    [ -d "$1" ] || [ "$waited" -lt 3 ] || cannot_write state-folder "$1" "$lock_error"
    [ ! -d "$1" ] || watch_beats "$1"
    if [ -d "$1" ] && is_stale "$1" && break_lock "$1"; then continue; fi
    if [ "$waited" -ge "$wait_limit" ] && [ -d "$1" ]; then
      REPLY=$1$tab$(cat "$1/owner" 2>/dev/null)
      return 1
    fi
    sleep 1
    waited=$((waited + 1))
  done
  making=$1 held=$held$1$nl
  process_mark $$
  # The owner last: a full disk takes the folder and no files.
  if ! lock_error=$({ : >"$1/alive" && echo $$ >"$1/pid" && echo "$REPLY" >"$1/mark" && printf '%s\n' "$owner" >"$1/owner"; } 2>&1); then
    rm -rf -- "$1"
    cannot_write state-folder "$1" "$lock_error"
  fi
  making=''
}

# `still` counts the seconds in which a lock got no heartbeat. One that is dated in the future can be judged by
# nothing else: it gets the time for two of them.
watch_beats() {
  beat_now=$(cat "$1/alive" 2>/dev/null)
  if [ "$beat_now" = "$last_beat" ]; then still=$((still + 1)); else still=0; fi
  last_beat=$beat_now
  if is_future "$1" && [ "$wait_limit" -lt "$future_seconds" ]; then wait_limit=$future_seconds; fi
}

future_seconds=35

# The server's clock was ahead when the lock was touched last.
is_future() {
  touched=$1/alive
  [ -e "$touched" ] || touched=$1
  [ -n "$(find "$touched" -prune -mmin -0 2>/dev/null)" ]
}

# Stale: the holder is gone, or has got no heartbeat for two minutes (the runner sends one every 15 seconds).
is_stale() {
  if [ "$still" -ge "$future_seconds" ] && is_future "$1"; then return 0; fi
  if [ ! -e "$1/alive" ]; then
    # Just being made, or its holder died while making it.
    [ -n "$(find "$1" -prune -mmin +2 2>/dev/null)" ]
    return
  fi
  holder=$(cat "$1/pid" 2>/dev/null)
  if [ -n "$holder" ] && ! is_holder "$holder" "$(cat "$1/mark" 2>/dev/null)"; then return 0; fi
  [ -n "$(find "$1/alive" -mmin +2 2>/dev/null)" ]
}

# is_holder PID MARK: whether the process that took a lock may still run. Its number may be that of another one by now,
# above all after a reboot.
is_holder() {
  kill -0 "$1" 2>/dev/null || return 1
  process_mark "$1"
  if [ -n "$2" ] && [ -n "$REPLY" ]; then [ "$2" = "$REPLY" ] || return 1; fi
  case $(arguments_of "$1") in '' | *"$bootstrap"* | *"$installed"*) ;; *) return 1 ;; esac
}

# In the command line of every job: of one that was sent, of one that is installed.
bootstrap='IFS= read -r n'
installed='make-a-backup/server.sh serve '

# process_mark PID: REPLY is what no other process of this number has: the boot and the time since when it started.
# Empty where there is no /proc.
process_mark() {
  REPLY=$(sed -n '$s/.*) \(.*\)/\1/p' "/proc/$1/stat" 2>/dev/null | cut -d ' ' -f 20)
  [ -z "$REPLY" ] || REPLY="$(cat /proc/sys/kernel/random/boot_id 2>/dev/null) $REPLY"
}

# arguments_of PID: prints them; nothing where they are not to be seen.
arguments_of() {
  if [ -r "/proc/$1/cmdline" ]; then tr '\000' ' ' <"/proc/$1/cmdline" 2>/dev/null; else ps -o args= -p "$1" 2>/dev/null; fi
}

# Only one job at a time may break a lock, and it checks again: a slow one could otherwise remove the lock
# that a fast one has just taken. Fails when another one is about to.
break_lock() {
  if ! lock_error=$(mkdir -- "$1.breaking" 2>&1); then
    [ -d "$1.breaking" ] || cannot_write state-folder "$1" "$lock_error"
    [ -z "$(find "$1.breaking" -prune '(' -mmin +1 -o -mmin -0 ')' 2>/dev/null)" ] || rmdir "$1.breaking" 2>/dev/null
    return 1
  fi
  if is_stale "$1"; then
    end_holder "$(cat "$1/pid" 2>/dev/null)" "$(cat "$1/mark" 2>/dev/null)"
    say recovered "$(cat "$1/owner" 2>/dev/null)"
    remove_lock "$1"
    still=0
  fi
  rmdir "$1.breaking"
}

remove_lock() {
  lock_error=$(rm -rf -- "$1" 2>&1)
  [ ! -e "$1" ] || {
    rmdir "$1.breaking" 2>/dev/null
    cannot_write lock-stuck "$1" "$lock_error"
  }
}

# end_holder PID MARK: ends the job with all that it started, unless its number is another process's by now.
end_holder() {
  [ -n "$1" ] && [ "$1" != "$$" ] && is_holder "$1" "$2" || return 0
  case $(arguments_of "$1") in
    *"$bootstrap"* | *"$installed"*) [ "$(group_of "$1")" != "$1" ] || kill -TERM "-$1" 2>/dev/null || kill -TERM "$1" 2>/dev/null || : ;;
  esac
}

# Who asks for which folders of the mirror: one file for each prefix, `wanted/ID`, with its paths, one per line.

# Removes from the mirror what this prefix asked for and no longer does, unless another one asks for it. The copy is
# made again when somebody does.
forget_folders() {
  case $lock in '' | *[!0-9A-Za-z-]*) problem bad-request lock ;; esac
  make_folder "$notes/wanted" mirror-folder -p
  earlier='' claims=$paths askers=0
  read_wanted "$notes/wanted/$lock" && earlier=$REPLY
  # Nothing is written down for the first time before it may be in the mirror.
  write_wanted "$paths$earlier"
  set +f
  for asker in "$notes/wanted"/*; do
    set -f
    askers=$((askers + 1))
    [ "$asker" != "$notes/wanted/$lock" ] || continue
    # With claims that are unknown nothing is removed.
    if [ "$askers" -gt 500 ] || ! read_wanted "$asker"; then return; fi
    claims=$claims$REPLY
  done
  set -f
  still_there=''
  for_each "$earlier" forget_unless_claimed
  write_wanted "$paths$still_there"
}

# read_wanted FILE: REPLY is its list of paths. Fails when it is none of ours.
read_wanted() {
  REPLY=''
  if [ -h "$1" ] || [ ! -f "$1" ] || [ ! -O "$1" ] || [ -n "$(find "$1" -prune -size +2048 2>/dev/null)" ]; then return 1; fi
  REPLY=$(sed -n '/^\/./p' "$1")$nl
}

write_wanted() {
  wanted_error=$({ printf '%s' "$1" >"$notes/wanted-new" && mv -f "$notes/wanted-new" "$notes/wanted/$lock"; } 2>&1) ||
    cannot_write mirror-folder "$notes" "$wanted_error"
}

forget_unless_claimed() {
  # Only what the action itself would ask for.
  case $1/ in *//* | */./* | */../* | /.make-a-backup/*) return ;; esac
  is_claimed='' inner_claims=''
  for_each "$claims" note_claim "$1"
  [ -z "$is_claimed" ] || return 0
  (remove_copy "$1")
  case $? in
    0) say forgotten "$1" ;;
    4) ;;
    *)
      say unforgotten "$mirror$1"
      still_there=$still_there$1$nl
      ;;
  esac
}

# note_claim PATH CLAIM
note_claim() {
  case $1/ in "$2"/*) is_claimed=yes ;; esac
  case $2/ in "$1"/*) inner_claims=$inner_claims${2#"$1"}$nl ;; esac
}

# remove_copy PATH: empties its folder in the mirror, but for what others ask for, and removes it and its parents as
# far as they are empty. Fails where a link or a mount is on the way or below; 4: there is none.
remove_copy() {
  cd -P "$mirror" || return 1
  rest=${1#/}/
  while [ -n "$rest" ]; do
    name=${rest%%/*}
    rest=${rest#*/}
    [ -e "./$name" ] || [ -h "./$name" ] || return 4
    if [ -h "./$name" ] || [ ! -d "./$name" ] || ! cd -P "./$name"; then return 1; fi
  done
  if [ "$(pwd -P)" != "$mirror$1" ] || has_mount "$mirror$1"; then return 1; fi
  make_folder "$notes/empty" mirror-folder -p
  [ -w . ] || chmod u+rwx . || return 1
  forget_words=''
  for_each "$inner_claims" add_protection
  # It deletes also what its owner may not write to, keeps what is excluded, and does not leave the disk.
  with_lines "$forget_words" empty_folder >/dev/null || return 1
  cd -P "$mirror" || return 1
  rmdir -p -- "${1#/}" 2>/dev/null
  return 0
}

add_protection() {
  forget_words="$forget_words--exclude=$(literal_pattern "$1")$nl"
}

empty_folder() {
  rsync -rx --delete "$@" "$notes/empty/" ./
}

# has_mount FOLDER: whether something is mounted on it, below it, or between it and the mirror. A folder of the same
# disk may be, too.
has_mount() {
  [ -r /proc/self/mountinfo ] || return 1
  # As proc(5) writes names.
  mount_name=$(printf '%s' "$1" | sed -e 's/\\/\\134/g' -e 's/ /\\040/g' -e "s/$tab/\\\\011/g")
  mirror_name=$(printf '%s' "$mirror" | sed -e 's/\\/\\134/g' -e 's/ /\\040/g' -e "s/$tab/\\\\011/g")
  while read -r _ _ _ _ mounted _; do
    case $mounted/ in "$mount_name"/*) return 0 ;; esac
    case $mounted in "$mirror_name"/*) case $mount_name in "$mounted"/*) return 0 ;; esac ;; esac
  done </proc/self/mountinfo
  return 1
}

# Mount points at and below folders. A bind mount has the device number of its source, so the kernel's table is read;
# device numbers are for systems without it.

mount_table=/proc/self/mountinfo

# list_mounts FOLDER: a line for each mount point at or below the folder: the type of the file system, a tab, and the
# path below the folder, empty for the folder itself. A backslash, tab or line break in it is `\134`, `\011`, `\012`.
list_mounts() {
  find_physical "$1" || return 0
  if [ -f "$mount_table" ]; then
    mounts_below=$REPLY awk "$print_mounts" "$mount_table"
  else
    list_devices "$REPLY"
  fi
}

# find_physical FOLDER: REPLY is its path without links.
find_physical() {
  if REPLY=$(cd -P "${1%/}/" 2>/dev/null && pwd -P); then return 0; fi
  # One that we may not enter.
  REPLY=$(cd -P "${1%/*}/" 2>/dev/null && pwd -P) && [ ! -h "$1" ] && REPLY=${REPLY%/}/${1##*/}
}

# find_mount FOLDER: whether something is mounted at or below the folder. REPLY is the first such place.
find_mount() {
  REPLY=$(list_mounts "$1" | sed -n "1{s,^[^$tab]*$tab,,;s,.*,/&,;p;}")
  [ -n "$REPLY" ] || return 1
  REPLY=${1%/}${REPLY%/}
}

# Fields of the table: proc_pid_mountinfo(5). The last mount at a place is the one that is seen.
# shellcheck disable=SC2016 # awk's own
print_mounts='
  function decoded(text,   out, at) {
    out = ""
    while ((at = index(text, "\\")) > 0) {
      out = out substr(text, 1, at - 1) sprintf("%c", substr(text, at + 1, 1) * 64 + substr(text, at + 2, 1) * 8 + substr(text, at + 3, 1))
      text = substr(text, at + 4)
    }
    return out text
  }
  function encoded(text,   out, at, letter) {
    out = ""
    for (at = 1; at <= length(text); at++) {
      letter = substr(text, at, 1)
      out = out (letter == "\\" ? "\\134" : letter == "\t" ? "\\011" : letter == "\n" ? "\\012" : letter)
    }
    return out
  }
  BEGIN {
    folder = ENVIRON["mounts_below"]
    inside = folder == "/" ? "/" : folder "/"
  }
  {
    place = decoded($5)
    if (place == folder) rest = ""
    else if (index(place, inside) == 1) rest = encoded(substr(place, length(inside) + 1))
    else next
    for (at = 7; at < NF && $at != "-"; at++);
    if (!(rest in types)) order[++count] = rest
    types[rest] = $(at + 1)
  }
  END { for (at = 1; at <= count; at++) printf "%s\t%s\n", types[order[at]], order[at] }'

# The same by device numbers: -xdev shows the folders where they change, and does not enter them. Of a name with a line
# break only the first line.
list_devices() {
  if stat -c %d / >/dev/null 2>&1; then set -- "$1" -c "%d$tab%n"; else set -- "$1" -f "%d$tab%N"; fi
  { stat "$2" "$3" "$1/.." && find "$1" -xdev -type d -exec stat "$2" "$3" {} +; } 2>/dev/null |
    mounts_below=$1 awk -F "$tab" '
      !/^[0-9]+\t/ { next }
      seen == 0 { above = $1 }
      seen == 1 { own = $1; if (own != above) print "unknown\t" }
      seen > 1 && $1 != own { print "unknown\t" substr($2, length(ENVIRON["mounts_below"]) + 2) }
      { seen++ }'
}

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

# The owners of files, which the mirror does not keep where we are not root.

# Prints whose the live files are that the mirror has: pairs for `xargs -0 -n 2 chown -hR --` in the root folder, each of an
# owner and a name, where the owner is another than that of the folder around it. docs/format.md has the format.
list_owners() {
  can_print=no
  if find . -maxdepth 0 -printf '%u' >/dev/null 2>&1; then can_print=yes; fi
  with_lines "$(archive_names)" print_owners | awk "$owners_that_change" | tr '\n\001' '\000\n'
}

# all_ours LIST: whether it has no other owner than the login. The mirror has this one itself.
all_ours() {
  tr '\000' '\n' <"$1" | awk -v names="$(id -un):$(id -gn)" -v numbers="$(id -u):$(id -g)" '
    NR % 2 == 1 && $0 != names && $0 != numbers { others = 1 }
    END { exit others }'
}

print_owners() {
  # Where find cannot print, a name with a line break gets the owner of its folder.
  odd=$nl
  [ "$can_print" = no ] || odd=//
  for folder in "$@"; do
    # With a slash, since the path may be a symbolic link.
    sh -c "$owner_lines" "$can_print" "./$folder/"
    find "./$folder" ! -path "./$folder" ! -path "*$odd*" -exec sh -c "$owner_lines" "$can_print" {} +
  done
}

# A line for each name, with its line breaks as the byte 1: user, group, their numbers, the name.
# shellcheck disable=SC2016 # of another shell
owner_lines='
  cd / || exit
  if [ "$0" = yes ]; then
    find "$@" -maxdepth 0 -printf "%u:%g:%U:%G:%p\0" 2>/dev/null | tr "\n\000" "\001\n"
  else
    stat -c "%U:%G:%u:%g:%n" "$@" 2>/dev/null
  fi'

# The first pair of an owner has its numbers, and a second one its names, where there are any: a name that
# another server does not have leaves the numbers there.
# shellcheck disable=SC2016 # awk's own
owners_that_change='
  function word(name, number) { return name == "UNKNOWN" || name ~ /^[0-9]+$/ ? number : name }
  {
    name = $0
    for (at = 1; at <= 4; at++) {
      end = index(name, ":")
      part[at] = substr(name, 1, end - 1)
      name = substr(name, end + 1)
    }
    if (name !~ /^\.\/./) next
    name = substr(name, 3)
    sub(/\/$/, "", name)
    owner = word(part[1], part[3]) ":" word(part[2], part[4])
    around = name
    sub(/\/[^\/]*$/, "", around)
    depth = split(name, steps, "/")
    if (names[depth - 1] != around || owners[depth - 1] != owner) {
      if (!(owner in seen) && owner != part[3] ":" part[4]) print part[3] ":" part[4] "\n" name
      seen[owner] = 1
      print owner "\n" name
    }
    names[depth] = name
    owners[depth] = owner
  }'

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

# Unpacks an archive into a staging folder, counts what was unpacked, removes staging folders.

# Unpacks standard input into a new staging folder.
job_open_extract() {
  command -v tar >/dev/null || missing_tool tar
  folder=${staging%"$nl"}
  cd -P "${folder%/*}/" 2>/dev/null || problem staging-folder "$folder"
  # Its own mode, since a default access control list of the folder around it replaces the umask.
  made_error=$(mkdir -m 700 "./${folder##*/}" 2>&1) || cannot_write staging-folder "$folder" "$made_error"
  enter_own "${folder##*/}" || problem staging-folder "$folder"
  # Files that are unpacked get what they had, and nothing of the folder around them.
  setfacl -k . 2>/dev/null
  made_error=$({ printf '%s\n' "$owner" >./owner && mkdir ./tree; } 2>&1) || cannot_write staging-folder "$folder" "$made_error"
  say phase extract
  receive_compressed unpack extract
}

# enter_own NAME: goes into a folder of ours in the current one. The owner of that one may replace ours at any time, so
# once we are in it, nothing uses its name.
enter_own() {
  above=$(pwd -P)
  cd -P "./$1" 2>/dev/null && [ -O . ] && [ "$(pwd -P)" = "${above%/}/$1" ]
}

# Only root can restore owners; modes are always restored.
unpack() {
  set -- -xp
  if is_gnu_tar; then
    # Of what is put together of a chain all folders come first.
    set -- "$@" --quoting-style=escape --numeric-owner --delay-directory-restore
    if [ "$(id -u)" = 0 ]; then set -- "$@" --same-owner; else set -- "$@" --no-same-owner; fi
  else
    [ "$(id -u)" = 0 ] || set -- "$@" -o
    # busybox takes the owners by their names otherwise, bsdtar unpacks what no check has seen.
    case $(tar --version 2>&1) in
      bsdtar*) set -- "$@" --numeric-owner --no-xattrs --no-acls --no-fflags ;;
      *) case $(tar --help 2>&1) in *--numeric-owner*) set -- "$@" --numeric-owner ;; esac ;;
    esac
  fi
  # Unless it is root, the tar of busybox applies the umask to every mode. The folder around is closed. GNU tar ends
  # with the record in which the archive ends: zeros behind it, where entries were left out, would break the pipe.
  (umask 000 && tar "$@" -f - -C ./tree >/dev/null) && cat >/dev/null
}

# Looks at the unpacked folders, for the comparison with the archive. Only numbers: the names in them are unknown.
job_count_trees() {
  watch_runner
  folder=${staging%"$nl"}
  if ! cd -P "${folder%/*}/" 2>/dev/null || ! enter_own "${folder##*/}"; then problem staging-folder "$folder"; fi
  number=0
  for_each "$paths" count_tree
}

count_tree() {
  if [ ! -h "./tree$1" ] && [ ! -e "./tree$1" ]; then problem missing-folder "$1"; fi
  # Only root can read a folder that denies access to its owner.
  closed=$([ "$(id -u)" = 0 ] || find "./tree$1" -type d ! -perm -0500 -print 2>/dev/null | head -n 1)
  [ -z "$closed" ] || problem uncounted-folder "$folder${closed#.}"
  if stat -c %f . >/dev/null 2>&1; then
    find "./tree$1" -exec stat -c '%f %h %d:%i %s %u %g' {} + 2>/dev/null | awk -v number="$number" "$sum_by_kind"
  else
    for_each "$(count_entries 'f d l p b c s' "./tree$1")" print_count
    say_found set-ids "$(find "./tree$1" -type f '(' -perm -4000 -o -perm -2000 ')' -print 2>/dev/null | head -n 1)"
  fi
  say_found capabilities "$(getcap -r "./tree$1" 2>/dev/null | head -n 1)"
  number=$((number + 1))
}

# print_count 'KIND NUMBER'
print_count() {
  printf 'tree\t%s\t%s\t%s\n' "$number" "${1% *}" "${1#* }"
}

say_found() {
  [ -z "$2" ] || printf 'tree\t%s\t%s\tyes\n' "$number" "$1"
}

# Of each kind: names, then of its files, hard links counted once, their number, the sums of sizes, permissions, users
# and groups, and how many have the sticky bit, and set-uid or set-gid. The first hexadecimal digit of a mode is the kind.
# shellcheck disable=SC2016 # awk's own
sum_by_kind='
  function digit(at) { return index("0123456789abcdef", substr($1, at, 1)) - 1 }
  {
    kind = substr("?pc?d?b?f?l?s", digit(1) + 1, 1)
    names[kind]++
    if (kind != "d" && $2 > 1 && seen[$3]++) next
    count[kind]++
    if (kind == "f" || kind == "l") bytes[kind] += $4
    high = digit(2)
    modes[kind] += (high % 2) * 256 + digit(3) * 16 + digit(4)
    uids[kind] += $5
    gids[kind] += $6
    if (int(high / 2) % 2) sticky[kind]++
    if (high >= 4) set_ids[kind]++
  }
  END {
    last = split("f d l p b c s", kinds)
    for (at = 1; at <= last; at++) {
      kind = kinds[at]
      printf "tree\t%s\t%s\t%.0f\t%.0f\t%.0f\t%.0f\t%.0f\t%.0f\t%.0f\t%.0f\n", number, kind, names[kind], count[kind], bytes[kind], modes[kind], uids[kind], gids[kind], sticky[kind], set_ids[kind]
    }
  }'

# Removes staging folders of this owner, after unfinished swaps are undone.
job_remove_staging() {
  [ -z "$swaps" ] || undo_unfinished_swaps
  for_each "$staging" remove_unpacked
}

remove_unpacked() {
  # The job that makes it may only just have begun, and not know yet that its runner has given up.
  [ -e "$1/owner" ] || sleep 1
  if [ -h "$1" ] || [ ! -O "$1" ] || [ "$(cat "$1/owner" 2>/dev/null)" != "$owner" ]; then return; fi
  if find_mount "$1"; then problem mounted "$REPLY"; fi
  # A tar whose runner has just gone away may still be writing.
  for pause in 0 1 2; do
    sleep "$pause"
    # Root does not need this, and would follow a link that was just put there. Folders alone: a file in it may have
    # another name where it was put into its place.
    [ "$(id -u)" = 0 ] || find "$1" -type d ! -perm -0700 -exec chmod u+rwx {} \; 2>/dev/null
    if rm -rf "$1" 2>/dev/null; then break; fi
  done
  if [ -e "$1" ] || [ -h "$1" ]; then problem staging-folder "$1"; fi
  say recovered "$1"
}

# The forced command of a key: `serve FOLDER NAME`. The client cannot choose what runs here: its script is read and
# dropped, and its request is held against FOLDER/NAME.conf, whose words are those of a request.

# serve FOLDER NAME [LEADING]
serve() {
  [ -n "${3:-}" ] || lead_group "$1" "$2"
  configuration=$1/$2.conf
  drop_script || exit 1
  # Who sends a request without an end must not take the memory of the site.
  # shellcheck disable=SC3045 # dash, bash and busybox ash have it
  own_memory=$(ulimit -S -v 2>/dev/null) && ulimit -S -v 262144
  read_request
  # shellcheck disable=SC3045
  [ -z "$own_memory" ] || ulimit -S -v "$own_memory"
  case $nonce in '' | *[!0-9a-f]*) exit 64 ;; esac
  begin
  say served "$version"
  hold_words
  read_configuration
  hold_request
  run_job
}

# A job whose runner goes away ends its process group. sshd gives it one of its own, and sudo does not.
lead_group() {
  if [ "$(group_of $$)" != "$$" ] && command -v setsid >/dev/null; then exec setsid /bin/sh "$program" serve "$1" "$2" leading; fi
}

# Reads the script that the runner sends, to its last byte and no further.
drop_script() {
  IFS= read -r missing || return 1
  case $missing in '' | *[!0-9]* | ????????*) return 1 ;; esac
  while [ "$missing" -gt 0 ]; do
    taken=$(dd bs="$missing" count=1 2>/dev/null | wc -c)
    [ "$taken" -gt 0 ] || return 1
    missing=$((missing - taken))
  done
}

# refuse KEY VALUE: ends the job. The key is that of the line which would allow the value; where no line can, it is `-`
# and its name.
refuse() {
  problem refused "$configuration$tab$1$tab$(printf '%s' "$2" | tr '\n\t' '??' | cut -c 1-300)"
}

# ---------------------------------------------------------------- the shape of a request

# What no configuration allows to be otherwise.
hold_words() {
  # A runner of a later version asks for something that this copy does not know.
  [ -z "$unknown" ] || problem unknown-key "$version $unknown"
  hold_shape lock "$lock" '*[!0-9A-Za-z-]*'
  hold_shape wait-seconds "$wait_seconds" "'' | *[!0-9]* | ?????*"
  hold_shape compare "$compare" '*[!0-9A-Za-z-]*'
  hold_shape bandwidth "$bandwidth" '*[!0-9A-Za-z.]*'
  hold_shape level "$level" '*[!0-9]* | ???*'
  hold_one_of compression "$compression" gzip zstd none
  hold_one_of allow-empty "$allow_empty" yes
  hold_one_of estimate "$estimate" yes
  hold_one_of everything "$everything" yes
  hold_one_of traits "$traits" yes
  hold_one_of flavor "$flavor" mariadb mysql
  hold_one_of base "$base" whole yes
  for_each "$stand_ons$keeps" hold_digest
}

# They are names of files.
hold_digest() {
  case $1 in '' | *[!0-9a-f]*) refuse - stand-on ;; esac
}

# hold_shape KEY VALUE PATTERN: refuses a value that the pattern matches.
hold_shape() {
  eval "case \$2 in $3) refuse \"- \$1\" \"\$2\" ;; esac"
}

# hold_one_of KEY VALUE ALLOWED…: or none at all.
hold_one_of() {
  held_key=$1 held_value=$2
  shift 2
  [ -n "$held_value" ] || return 0
  for held_word in "$@"; do
    [ "$held_value" != "$held_word" ] || return 0
  done
  refuse "- $held_key" "$held_value"
}

# ---------------------------------------------------------------- the configuration

# One `key=value` per line, encoded as in a request; a repeated key makes a list. Blank lines and those that begin
# with # are skipped.
read_configuration() {
  own_jobs='' own_paths='' own_databases='' own_mirror='' own_options='' own_excludes='' own_arguments='' own_commands=''
  own_tools=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin
  [ -f "$configuration" ] || problem configuration "$configuration${tab}is not there"
  # Whoever could change it could let the key do anything.
  if [ -h "$configuration" ] || [ ! -O "$configuration" ] || [ -n "$(find "$configuration" -prune '(' -perm -020 -o -perm -002 ')')" ]; then
    problem configuration "$configuration${tab}may be changed by others, or belongs to another user"
  fi
  while IFS= read -r line || [ -n "$line" ]; do
    case $line in '' | '#'*) continue ;; esac
    split_line
    case $key in
      job) own_jobs=$own_jobs$value$nl ;;
      path) own_paths=$own_paths$value$nl ;;
      database) own_databases=$own_databases$value$nl ;;
      mirror) own_mirror=$value ;;
      option) own_options=$own_options$value$nl ;;
      exclude) own_excludes=$own_excludes$value$nl ;;
      argument) own_arguments=$own_arguments$value$nl ;;
      command)
        # Compared as a whole, since it may have several lines.
        [ -n "$text" ] && [ "$value" = "$text" ] && own_commands=yes
        ;;
      tools) own_tools=$value ;;
      *) problem configuration "$configuration${tab}has a line that means nothing here: $key" ;;
    esac
  done <"$configuration"
}

# ---------------------------------------------------------------- what is allowed

hold_request() {
  case $job in
    take-lock | clean-up | inventory | preflight | open-dump | open-archive | run-command) needed=backup ;;
    *) needed=restore ;;
  esac
  has_line "$own_jobs" "$needed" || refuse job "$needed"
  hold_login
  hold_mirror
  for_each "$paths" hold_line path "$own_paths"
  for_each "$paths" hold_links
  has_line "$excludes" '!' && refuse - exclude
  has_line "$own_excludes" '*' || for_each "$excludes" hold_line exclude "$own_excludes"
  own_places=''
  for_each "$own_paths" add_place
  for_each "$staging" hold_beside
  for_each "$swaps" hold_swap
  hold_databases
  case $job in
    open-dump)
      [ "$argument_count" -gt 0 ] || refuse argument ''
      with_values argument hold_dump_arguments
      [ "$structure_count" = 0 ] || with_values structure hold_dump_arguments
      ;;
    *)
      with_values argument hold_client_arguments
      [ "$structure_count" = 0 ] || refuse - structure
      ;;
  esac
  if [ "$job" = run-command ]; then
    [ -n "$own_commands" ] || refuse command "$text"
  elif [ "$needed" = backup ] && [ -n "$text" ]; then
    refuse - text
  fi
  PATH=$own_tools
  export PATH
}

# The login at the database is ours. A restore makes an account for each import, which connects to where ours does.
hold_login() {
  if [ -z "$options$location" ]; then
    options=$own_options
    return
  fi
  has_line "$own_jobs" restore || refuse - "$(printf '%s' "$options" | sed 's/[= ].*//;q')"
  [ -z "$location" ] || options=$options$(printf '%s' "$own_options" | grep -E '^(host|port|socket|protocol)=')$nl
  location=''
}

# hold_line KEY ALLOWED VALUE
hold_line() {
  has_line "$2" "$3" || refuse "$1" "$3"
}

# Who puts a link on the way to a folder chooses what is read: only root, we, and the owner of where it leads may.
hold_links() {
  ! foreign_link "$1" || problem foreign-link "$1$tab$REPLY"
}

# foreign_link PATH: whether another user has put a link on the way to it. REPLY is the last such link.
foreign_link() {
  walked='' rest=${1#/}/ link_owners='' steps=0 foreign=''
  while [ -n "$rest" ]; do
    step=${rest%%/*} rest=${rest#*/}
    case $step in
      '' | .) continue ;;
      ..) walked=${walked%/*} && continue ;;
    esac
    [ -h "$walked/$step" ] || { walked=$walked/$step && continue; }
    steps=$((steps + 1)) REPLY=$walked/$step
    [ "$steps" -le 40 ] || return 0
    link_owner=$(owner_of "$REPLY")
    case $link_owner in 0 | "$(id -u)") ;; *) link_owners="$link_owners $link_owner" foreign=$REPLY ;; esac
    # With all line breaks at its end.
    target=$(readlink "$REPLY" && echo .)
    target=${target%"$nl."}
    case $target in /*) walked='' ;; esac
    rest=$target/$rest
  done
  folder_owner=$(owner_of "${walked:-/}")
  for link_owner in $link_owners; do
    REPLY=$foreign
    [ "$link_owner" = "$folder_owner" ] || return 0
  done
  return 1
}

# The default of the action is ours, whatever ours is.
hold_mirror() {
  # shellcheck disable=SC2088 # the tilde is data here
  case $mirror in '' | "$own_mirror" | '~/.make-a-backup/mirror') ;; *) refuse mirror "$mirror" ;; esac
  if [ -n "$mirror" ] && [ -n "$own_mirror" ]; then mirror=$own_mirror; fi
}

# The names of a request are hexadecimal.
hold_databases() {
  own_hex=''
  for_each "$own_databases" add_hex
  if has_line "$own_databases" '*'; then
    for_each "$databases" hold_hex
    return
  fi
  [ -z "$everything" ] || refuse database '*'
  for_each "$databases" hold_database
}

add_hex() {
  own_hex=$own_hex$(hex_of "$1")$nl
}

hex_of() {
  printf '%s' "$1" | od -An -v -tx1 | tr -d ' \n' | tr a-f A-F
}

hold_hex() {
  case $1 in '' | *[!0-9A-F]*) refuse - database ;; esac
  # A name has at most 64 letters of four bytes.
  if [ "$((${#1} % 2))" = 1 ] || [ "${#1}" -gt 512 ]; then refuse - database; fi
}

hold_database() {
  hold_hex "$1"
  has_line "$own_hex" "$1" && return
  [ "$needed" = backup ] || return 0
  refuse database "$(text_of "$1")"
}

# text_of HEX: prints what hex_of has encoded.
text_of() {
  hex_rest=$1
  while [ -n "$hex_rest" ]; do
    hex_byte=${hex_rest%"${hex_rest#??}"}
    hex_rest=${hex_rest#??}
    # shellcheck disable=SC2059 # the byte, in octal
    printf "\\$(printf '%03o' "0x$hex_byte")"
  done
}

# A restore puts a folder where the link of its path leads.
add_place() {
  own_places=$own_places$1$nl
  if [ -h "$1" ] && follow_link "$1"; then own_places=$own_places$REPLY$nl; fi
}

# A restore unpacks beside the folder that it replaces.
hold_beside() {
  for_each "$own_places" note_beside "$1"
  [ -n "${is_beside:-}" ] || refuse path "$1"
  is_beside=''
}

# note_beside STAGING PATH: or above of it, where the folder around it is not there yet.
note_beside() {
  beside=$2
  while [ -n "$beside" ]; do
    beside=${beside%/*}
    case ${1#"$beside/.${2##*/}.restoring-"} in "$1" | '' | *[!0-9A-Za-z-]*) ;; *) is_beside=yes ;; esac
  done
}

hold_swap() {
  swap_place=${1#*"$tab"}
  swap_kept=${swap_place#*"$tab"}
  swap_place=${swap_place%%"$tab"*}
  hold_line path "$own_places" "$swap_place"
  case ${swap_kept#"$swap_place.before-restore-"} in "$swap_kept" | '' | *[!0-9A-Za-z-]*) refuse - swap ;; esac
  swap_staging=${1%%"$tab"*}
  case $swap_staging in */tree/*) ;; *) refuse - swap ;; esac
  case $swap_staging/ in */../* | */./*) refuse - swap ;; esac
  hold_beside "${swap_staging%%/tree/*}"
}

# ---------------------------------------------------------------- the arguments of the database tools

# Options of the dump tools that only change how a dump is written. All others could write or read files, load
# programs, choose another server, or run statements.
hold_dump_arguments() {
  while [ $# -gt 0 ] && [ "$1" != -- ]; do
    is_dump_option "$1" || has_line "$own_arguments" "$1" || refuse argument "$1"
    shift
  done
  [ $# -ge 2 ] || refuse - argument
  has_line "$own_databases" "$2" && return
  has_line "$own_databases" '*' || refuse database "$2"
  # All that the site has. The password hashes of the server's accounts are none of it.
  case $(printf '%s' "$2" | tr '[:upper:]' '[:lower:]') in mysql | sys | information_schema | performance_schema) refuse database "$2" ;; esac
}

is_dump_option() {
  case $1 in *"$nl"*) return 1 ;; esac
  case $1 in
    --single-transaction | --skip-single-transaction | --quick | --routines | --skip-routines | --events | --skip-events | --triggers | --skip-triggers) ;;
    --hex-blob | --comments | --no-tablespaces | --no-data | --no-autocommit | --dump-history | --default-character-set=utf8mb4) ;;
    --loose-set-gtid-purged=OFF | --loose-column-statistics=0 | --loose-skip-masking-policies | --loose-no-tablespaces) ;;
    --skip-extended-insert | --extended-insert | --complete-insert | --skip-add-locks | --skip-disable-keys | --skip-add-drop-table) ;;
    --skip-tz-utc | --tz-utc | --dump-date | --skip-dump-date | --order-by-primary | --skip-lock-tables | --lock-tables) ;;
    --ignore-table=* | --ignore-table-data=* | "--loose-init-command=$first_statement") ;;
    --max-allowed-packet=* | --net-buffer-length=* | --max-statement-time=*) is_size "${1#*=}" ;;
    *) return 1 ;;
  esac
}

# Of every session of the action: client-settings.ts has it.
first_statement='SET @make_a_backup_row_limit = @@sql_select_limit, sql_select_limit = 18446744073709551615, sql_big_selects = 1 /*!50708 , max_execution_time = 0 */ /*M!100108 , max_statement_time = 0 */'

is_size() {
  case $1 in '' | *[!0-9.KMGkmg]*) return 1 ;; esac
}

# The client only runs what this script asks, and imports what is sent. Each name in full: of any other option its tools
# take an abbreviation, or an underscore for a dash, and `--skip-host` is a host called 0.
hold_client_arguments() {
  for argument in "$@"; do
    is_client_option "$argument" || has_line "$own_arguments" "$argument" || refuse argument "$argument"
  done
}

is_client_option() {
  case $1 in
    --batch | --skip-column-names | --default-character-set=utf8mb4 | --loose-connect-timeout=20) ;;
    --line-numbers | '--delimiter=;' | --loose-connect-expired-password | "--init-command=$first_statement") ;;
    --database=information_schema) ;;
    --skip-table | --skip-html | --skip-xml | --skip-vertical | --skip-raw | --skip-column-type-info | --skip-show-warnings) ;;
    --skip-tee | --skip-pager | --skip-force | --skip-safe-updates | --skip-named-commands | --skip-ignore-spaces) ;;
    --skip-unbuffered | --loose-skip-auto-vertical-output | --loose-skip-binary-as-hex) ;;
    --loose-skip-print-query-on-error | --loose-skip-abort-source-on-error) ;;
    *) [ "$needed" = restore ] && is_import_option "$1" ;;
  esac
}

is_import_option() {
  case $1 in
    --database=* | --delimiter=* | --binary-mode | --comments | --max-allowed-packet=1G | --force | --unbuffered | --quick) ;;
    --loose-local-infile=0 | --loose-skip-reconnect | --loose-skip-system-command) ;;
    *) return 1 ;;
  esac
}

# The streams of a job: two programs and a pipe. Plain sh has no pipefail, so each side reports its exit
# status on a separate descriptor.

# send_compressed PRODUCER STAGE: writes the output of the function, compressed, to standard output.
send_compressed() {
  pipe_stages "$1" "$2" compress compression
}

# receive_compressed CONSUMER STAGE: passes standard input, decompressed, to the function.
receive_compressed() {
  pipe_stages decompress decompression "$1" "$2"
}

# pipe_stages PRODUCER STAGE CONSUMER STAGE: reports both exit statuses and ends the job unless both are good.
pipe_stages() {
  exec 4>&1
  statuses=$(
    {
      { "$1" 3>&- 4>&-; echo "producer=$?" >&3; } |
        { "$3" >&4 3>&- 4>&-; echo "consumer=$?" >&3; }
    } 3>&1
  )
  exec 4>&-
  # A missing status is a failure.
  producer=255 consumer=255
  for pair in $statuses; do
    case $pair in
      producer=*) producer=${pair#*=} ;;
      consumer=*) consumer=${pair#*=} ;;
    esac
  done
  say status "$2" "$producer"
  say status "$4" "$consumer"
  # tar 1: a file changed while it was read. Normal on a live site.
  case $2:$producer:$consumer in
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

decompress() {
  case $compression in
    none) cat ;;
    zstd) zstd -q -dc ;;
    gzip) gzip -dc ;;
  esac
}

is_gnu_tar() {
  tar --version 2>/dev/null | grep -q GNU
}

# The paths as they are named in the mirror and the archive.
archive_names() {
  printf '%s' "$paths" | sed 's,^/,,'
}

# Swaps: renames move unpacked folders into place and the old folders aside. A swap is the unpacked folder,
# its place and the new name of the old folder (KEPT), separated by tabs.

# All or none: if one fails, those before it are undone.
job_swap() {
  lock_swaps
  for_each "$swaps" with_swap refuse_mounted
  done_swaps=''
  for_each "$swaps" with_swap swap_or_undo
}

# A rename carries a mount along, and who removes the old folder then empties what is mounted. Looked at before the
# first rename: the mount may be newer than the check of the target.
refuse_mounted() {
  if is_there "$2" && find_mount "$2"; then problem mounted "$REPLY"; fi
}

swap_or_undo() {
  if ! swap_in "$@"; then
    undo_swaps "$done_swaps"
    problem swap "$2"
  fi
  done_swaps=$1$tab$2$tab$3$nl$done_swaps
  say swapped "$2"
}

job_swap_state() {
  lock_swaps
  number=0
  for_each "$swaps" with_swap report_swap
}

report_swap() {
  find_swap_state "$@"
  printf 'swap\t%s\t%s\n' "$number" "$REPLY"
  number=$((number + 1))
}

# Undoes every swap that is done or half done.
job_unswap() {
  lock_swaps
  reverse "$swaps"
  undo_swaps "$REPLY" || problem swap "$REPLY"
}

# The swaps of a run belong together: unless all are done, those that are done or half done are undone. Old
# folders that are empty are removed.
undo_unfinished_swaps() {
  lock_swaps
  swap_states=' '
  for_each "$swaps" with_swap note_swap_state
  case $swap_states in
    *' half '* | *' waiting '*)
      reverse "$swaps"
      undo_swaps "$REPLY" || problem swap "$REPLY"
      ;;
  esac
  for_each "$swaps" with_swap remove_empty_kept
  release_held
}

note_swap_state() {
  find_swap_state "$@"
  swap_states="$swap_states$REPLY "
}

remove_empty_kept() {
  if [ -d "$3" ] && [ ! -h "$3" ]; then rmdir "$3" 2>/dev/null; fi
}

# Only one job at a time handles swaps, so their state is never read during a swap. Half a swap is worse than
# a complete one, so signals are ignored.
lock_swaps() {
  find_state_folder
  trap '' PIPE HUP TERM INT
  take_lock "$REPLY/swap.lock" 30 || problem busy "$REPLY"
}

# with_swap FUNCTION SWAP: calls the function with UNPACKED PLACE KEPT.
with_swap() {
  swap_rest=${2#*"$tab"}
  "$1" "${2%%"$tab"*}" "${swap_rest%%"$tab"*}" "${swap_rest#*"$tab"}"
}

# reverse LIST: REPLY is the list in reverse order.
reverse() {
  REPLY=''
  for_each "$1" put_first
}

put_first() {
  REPLY=$1$nl$REPLY
}

# ---------------------------------------------------------------- one swap: UNPACKED PLACE KEPT

swap_in() {
  is_there "$1" || return 1
  if is_there "$2"; then
    if is_there "$3" || ! move "$2" "$3"; then return 1; fi
    if move_into_place "$1" "$2"; then return 0; fi
    move "$3" "$2" || say stuck "$2"
    return 1
  fi
  (umask "$user_umask" && mkdir -p "${2%/*}/") && move_into_place "$1" "$2"
}

# Before an unpacked folder is moved, a file next to it marks it as moved: otherwise a folder that vanished
# would look like one that was swapped in.
mark_of() {
  # Its own name: that of the folder may be as long as a name can be.
  REPLY=${1%/*}/.in-its-place-$(printf '%s' "${1##*/}" | cksum | tr ' ' -)
}

# Moves the unpacked folder into its place. Checks that the staging folder is still ours and that no link is
# on the way, since others may have replaced it.
move_into_place() {
  mark_of "$1"
  : >"$REPLY" || return
  if (
    above=${1%/.*.restoring-*}
    [ "$above" != "$1" ] || above=${1%/*}
    inside=${1#"$above"}
    above=$(cd -P "$above/" && pwd -P) && cd -P "${1%/*}/" && [ -O . ] || exit
    [ "$(pwd -P)/" = "${above%/}${inside%/*}/" ] && move "./${1##*/}" "$2"
  ); then return 0; fi
  rm -f "$REPLY"
  return 1
}

# The state of a swap. REPLY is `done`; `half`: the place is empty; `waiting`: not begun; or `unknown`:
# nothing is left that shows it.
find_swap_state() {
  mark_of "$1"
  if ! is_there "$2"; then
    if is_there "$3"; then REPLY=half; elif is_there "$1"; then REPLY=waiting; else REPLY=unknown; fi
  elif is_there "$1"; then
    REPLY=waiting
  elif is_there "$3" || is_there "$REPLY"; then
    REPLY='done'
  else
    REPLY=unknown
  fi
}

# undo_swaps SWAPS, in this order. Fails when a place could not get its old folder back; REPLY is then the
# last such place.
undo_swaps() {
  not_undone=''
  for_each "$1" with_swap undo_if_swapped
  REPLY=$not_undone
  [ -z "$not_undone" ]
}

undo_if_swapped() {
  find_swap_state "$@"
  case $REPLY in
    'done' | half)
      if undo_swap "$REPLY" "$@"; then return; fi
      not_undone=$2
      say stuck "$2"
      ;;
  esac
}

# undo_swap STATE UNPACKED PLACE KEPT
undo_swap() {
  if [ "$1" = 'done' ]; then
    # What is moved back here is removed soon, with all that is mounted in it.
    if find_mount "$3"; then
      printf '%s is mounted there\n' "$REPLY" >&2
      return 1
    fi
    move "$3" "$2" || return
  fi
  mark_of "$2"
  rm -f "$REPLY"
  if is_there "$4"; then move "$4" "$3" || return; fi
  say swapped "$3"
}

is_there() {
  [ -e "$1" ] || [ -h "$1" ]
}

# A rename(2), never a copy. Refuses a target that exists, since `mv` would move into it. To give a folder
# another parent, one needs write access to the folder itself.
move() {
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

# What of the chosen databases a new server may refuse or change, and the settings that the old one had: from its
# metadata, whatever their number. What this login may not see, or this server does not have, is passed over.

list_traits() {
  with_values argument run_all_sql "
    SELECT 'trait', HEX(r.CONSTRAINT_SCHEMA), 'loose-foreign-keys', HEX(r.TABLE_NAME), HEX(CONCAT(r.TABLE_NAME, '.', r.CONSTRAINT_NAME)), ''
      FROM information_schema.REFERENTIAL_CONSTRAINTS r
      WHERE r.CONSTRAINT_SCHEMA $REPLY AND VERSION() NOT LIKE '%MariaDB%' AND (r.UNIQUE_CONSTRAINT_NAME IS NULL OR
        (SELECT COUNT(*) FROM information_schema.KEY_COLUMN_USAGE k WHERE k.TABLE_SCHEMA = r.CONSTRAINT_SCHEMA
          AND k.TABLE_NAME = r.TABLE_NAME AND k.CONSTRAINT_NAME = r.CONSTRAINT_NAME) !=
        (SELECT COUNT(*) FROM information_schema.KEY_COLUMN_USAGE k WHERE k.TABLE_SCHEMA = r.UNIQUE_CONSTRAINT_SCHEMA
          AND k.TABLE_NAME = r.REFERENCED_TABLE_NAME AND k.CONSTRAINT_NAME = r.UNIQUE_CONSTRAINT_NAME))
        AND EXISTS (SELECT 1 FROM information_schema.TABLES p WHERE p.TABLE_SCHEMA = r.UNIQUE_CONSTRAINT_SCHEMA
          AND p.TABLE_NAME = r.REFERENCED_TABLE_NAME);
    SELECT 'trait', HEX(t.TABLE_SCHEMA), 'no-primary-key', HEX(t.TABLE_NAME), HEX(t.TABLE_NAME), ''
      FROM information_schema.TABLES t LEFT JOIN information_schema.TABLE_CONSTRAINTS c
        ON c.TABLE_SCHEMA = t.TABLE_SCHEMA AND c.TABLE_NAME = t.TABLE_NAME AND c.CONSTRAINT_TYPE = 'PRIMARY KEY'
      WHERE t.TABLE_SCHEMA $REPLY AND t.TABLE_TYPE = 'BASE TABLE' AND VERSION() NOT LIKE '%MariaDB%' AND c.CONSTRAINT_NAME IS NULL;
    SELECT 'trait', HEX(TABLE_SCHEMA), IF(DATA_TYPE = 'float', 'float-columns', 'undefined-bytes'), HEX(TABLE_NAME),
        HEX(CONCAT(TABLE_NAME, '.', COLUMN_NAME, IF(DATA_TYPE = 'float', '', CONCAT(' (', CHARACTER_SET_NAME, ')')))), ''
      FROM information_schema.COLUMNS
      WHERE TABLE_SCHEMA $REPLY AND ((DATA_TYPE = 'float' AND (NUMERIC_SCALE IS NULL OR NUMERIC_PRECISION > 6)) OR CHARACTER_SET_NAME IN ($holed_sets)
        OR (CHARACTER_SET_NAME = 'ascii' AND VERSION() LIKE '%MariaDB%'));
    SELECT 'trait', HEX(g.TABLE_SCHEMA), 'zoned-columns', HEX(g.TABLE_NAME), HEX(CONCAT(g.TABLE_NAME, '.', g.COLUMN_NAME)), ''
      FROM information_schema.COLUMNS g JOIN information_schema.COLUMNS c USING (TABLE_SCHEMA, TABLE_NAME)
      WHERE g.TABLE_SCHEMA $REPLY AND VERSION() NOT LIKE '%MariaDB%' AND g.EXTRA LIKE '%STORED GENERATED%' AND c.DATA_TYPE = 'timestamp'
        AND INSTR(g.GENERATION_EXPRESSION, CONCAT(CHAR(96), c.COLUMN_NAME, CHAR(96))) > 0;
    SELECT 'trait', HEX(ROUTINE_SCHEMA), 'unsafe-functions', '', HEX(ROUTINE_NAME), ''
      FROM information_schema.ROUTINES
      WHERE ROUTINE_SCHEMA $REPLY AND ROUTINE_TYPE = 'FUNCTION' AND IS_DETERMINISTIC = 'NO'
        AND SQL_DATA_ACCESS NOT IN ('NO SQL', 'READS SQL DATA');
    SELECT 'trait', HEX(ROUTINE_SCHEMA), 'mangled-names', '', HEX(CONCAT(LOWER(ROUTINE_TYPE), ' ', ROUTINE_NAME)), ''
      FROM information_schema.ROUTINES
      WHERE ROUTINE_SCHEMA $REPLY AND CHARACTER_SET_CLIENT NOT LIKE 'utf8%'
        AND (VERSION() NOT LIKE '%MariaDB%' AND LENGTH(ROUTINE_NAME) != CHAR_LENGTH(ROUTINE_NAME)
          OR LENGTH(ROUTINE_COMMENT) != CHAR_LENGTH(ROUTINE_COMMENT));
    SELECT 'trait', HEX(EVENT_SCHEMA), 'mangled-names', '', HEX(CONCAT('event ', EVENT_NAME)), ''
      FROM information_schema.EVENTS
      WHERE EVENT_SCHEMA $REPLY AND CHARACTER_SET_CLIENT NOT LIKE 'utf8%'
        AND LENGTH(CONCAT(EVENT_NAME, EVENT_COMMENT)) != CHAR_LENGTH(CONCAT(EVENT_NAME, EVENT_COMMENT));
    SELECT 'trait', HEX(TRIGGER_SCHEMA), 'mangled-names', HEX(EVENT_OBJECT_TABLE), HEX(CONCAT('trigger ', TRIGGER_NAME)), ''
      FROM information_schema.TRIGGERS
      WHERE TRIGGER_SCHEMA $REPLY AND VERSION() NOT LIKE '%MariaDB%' AND CHARACTER_SET_CLIENT NOT LIKE 'utf8%'
        AND LENGTH(CONCAT(TRIGGER_NAME, EVENT_OBJECT_TABLE)) != CHAR_LENGTH(CONCAT(TRIGGER_NAME, EVENT_OBJECT_TABLE));
    SELECT 'trait', HEX(ROUTINE_SCHEMA), 'converted-code', '', HEX(CONCAT(LOWER(ROUTINE_TYPE), ' ', ROUTINE_NAME, ' (', CHARACTER_SET_CLIENT, ')')), ''
      FROM information_schema.ROUTINES WHERE ROUTINE_SCHEMA $REPLY AND CHARACTER_SET_CLIENT IN ($backslash_sets);
    SELECT 'trait', HEX(EVENT_SCHEMA), 'converted-code', '', HEX(CONCAT('event ', EVENT_NAME, ' (', CHARACTER_SET_CLIENT, ')')), ''
      FROM information_schema.EVENTS WHERE EVENT_SCHEMA $REPLY AND CHARACTER_SET_CLIENT IN ($backslash_sets);
    SELECT 'trait', HEX(TRIGGER_SCHEMA), 'converted-code', HEX(EVENT_OBJECT_TABLE), HEX(CONCAT('trigger ', TRIGGER_NAME, ' (', CHARACTER_SET_CLIENT, ')')), ''
      FROM information_schema.TRIGGERS WHERE TRIGGER_SCHEMA $REPLY AND CHARACTER_SET_CLIENT IN ($backslash_sets);
    SELECT 'trait', HEX(TABLE_SCHEMA), 'converted-code', '', HEX(CONCAT('view ', TABLE_NAME, ' (', CHARACTER_SET_CLIENT, ')')), ''
      FROM information_schema.VIEWS WHERE TABLE_SCHEMA $REPLY AND CHARACTER_SET_CLIENT IN ($backslash_sets);
    SELECT 'trait', HEX(ROUTINE_SCHEMA), 'comment-ends', '', HEX(CONCAT(LOWER(ROUTINE_TYPE), ' ', ROUTINE_NAME)), ''
      FROM information_schema.ROUTINES WHERE ROUTINE_SCHEMA $REPLY AND $is_joined AND ROUTINE_BODY = 'SQL' AND SUBSTRING_INDEX(ROUTINE_DEFINITION, CHAR(10), -1) $is_comment;
    SELECT 'trait', HEX(EVENT_SCHEMA), 'comment-ends', '', HEX(CONCAT('event ', EVENT_NAME)), ''
      FROM information_schema.EVENTS WHERE EVENT_SCHEMA $REPLY AND $is_joined AND SUBSTRING_INDEX(EVENT_DEFINITION, CHAR(10), -1) $is_comment;
    SELECT 'trait', HEX(TRIGGER_SCHEMA), 'comment-ends', HEX(EVENT_OBJECT_TABLE), HEX(CONCAT('trigger ', TRIGGER_NAME)), ''
      FROM information_schema.TRIGGERS WHERE TRIGGER_SCHEMA $REPLY AND $is_joined AND SUBSTRING_INDEX(ACTION_STATEMENT, CHAR(10), -1) $is_comment;
    SELECT 'trait', HEX(v.s), 'foreign-views', '', HEX(CONCAT('view ', v.n, ' (', v.d, ')')), '' FROM (
      SELECT TABLE_SCHEMA s, TABLE_NAME n, SUBSTRING_INDEX(SUBSTRING_INDEX(
          REGEXP_SUBSTR(REPLACE(VIEW_DEFINITION, CONCAT(CHAR(96), TABLE_SCHEMA, CHAR(96), '.'), ''), $foreign_name), CHAR(96), 2), CHAR(96), -1) d
        FROM information_schema.VIEWS WHERE TABLE_SCHEMA $REPLY) v
      WHERE v.d != '' AND NOT (v.d $REPLY) AND v.d NOT IN ('mysql', 'information_schema', 'performance_schema', 'sys');
    SELECT 'trait', HEX(CONSTRAINT_SCHEMA), 'foreign-references', HEX(TABLE_NAME), HEX(CONCAT(TABLE_NAME, '.', CONSTRAINT_NAME, ' (', UNIQUE_CONSTRAINT_SCHEMA, ')')), ''
      FROM information_schema.REFERENTIAL_CONSTRAINTS
      WHERE CONSTRAINT_SCHEMA $REPLY AND UNIQUE_CONSTRAINT_SCHEMA != CONSTRAINT_SCHEMA AND NOT (UNIQUE_CONSTRAINT_SCHEMA $REPLY);
    SELECT 'trait', HEX(ROUTINE_SCHEMA), 'foreign-libraries', '', HEX(CONCAT(LOWER(ROUTINE_TYPE), ' ', ROUTINE_NAME, ' (', LIBRARY_SCHEMA, ')')), ''
      FROM information_schema.ROUTINE_LIBRARIES WHERE ROUTINE_SCHEMA $REPLY AND NOT (LIBRARY_SCHEMA $REPLY);
    SELECT DISTINCT 'trait', HEX(EVENT_SCHEMA), 'named-time-zones', '', HEX(TIME_ZONE), ''
      FROM information_schema.EVENTS WHERE EVENT_SCHEMA $REPLY AND TIME_ZONE NOT REGEXP '^(SYSTEM|[+-])';
    SELECT DISTINCT 'trait', HEX(c.TABLE_SCHEMA), 'reference-systems', HEX(c.TABLE_NAME), HEX(CAST(s.SRS_ID AS CHAR)),
        HEX(CONCAT('CREATE OR REPLACE SPATIAL REFERENCE SYSTEM ', s.SRS_ID, ' NAME ', QUOTE(s.SRS_NAME),
          IF(s.ORGANIZATION IS NULL, '', CONCAT(' ORGANIZATION ', QUOTE(s.ORGANIZATION), ' IDENTIFIED BY ', s.ORGANIZATION_COORDSYS_ID)),
          ' DEFINITION ', QUOTE(s.DEFINITION), IF(s.DESCRIPTION IS NULL, '', CONCAT(' DESCRIPTION ', QUOTE(s.DESCRIPTION)))))
      FROM information_schema.COLUMNS c JOIN information_schema.ST_SPATIAL_REFERENCE_SYSTEMS s ON s.SRS_ID = c.SRS_ID
      WHERE c.TABLE_SCHEMA $REPLY AND s.SRS_ID != 0 AND NOT (s.ORGANIZATION <=> 'EPSG' AND s.SRS_ID <= 32767);
    SELECT DISTINCT 'trait', HEX(SUBSTRING_INDEX(t.NAME, '/', 1)), 'tablespaces', '', HEX(s.NAME), ''
      FROM information_schema.INNODB_TABLES t JOIN information_schema.INNODB_TABLESPACES s ON s.SPACE = t.SPACE
      WHERE t.SPACE_TYPE = 'General' AND SUBSTRING_INDEX(t.NAME, '/', 1) $REPLY;
    SELECT 'trait', HEX(c.TABLE_SCHEMA), 'wide-rows', HEX(c.TABLE_NAME), HEX(c.TABLE_NAME), ''
      FROM information_schema.COLUMNS c JOIN information_schema.TABLES t USING (TABLE_SCHEMA, TABLE_NAME)
      WHERE c.TABLE_SCHEMA $REPLY AND t.ENGINE = 'InnoDB' AND t.ROW_FORMAT != 'Compressed' AND c.EXTRA NOT LIKE '%VIRTUAL%'
        AND VERSION() NOT LIKE '%MariaDB%'
      GROUP BY c.TABLE_SCHEMA, c.TABLE_NAME HAVING 18 + CEIL(SUM(c.IS_NULLABLE = 'YES') / 8) + SUM($stored_bytes) >= 8126;" 2>/dev/null
  with_values argument run_sql "SHOW GLOBAL VARIABLES WHERE Variable_name IN ($recorded_settings);" 2>/dev/null | sed "s/^/setting$tab/"
  return 0
}

# In these a character may end with the byte of a backslash.
backslash_sets="'big5', 'cp932', 'gb18030', 'gbk', 'sjis'"

# The dump tools of MySQL and of old MariaDB put the delimiter on the last line of a text. Whether that line has a comment
# outside of quotes.
is_joined="(VERSION() NOT LIKE '%MariaDB%' OR VERSION() REGEXP '^(5|10[.][0-5])[.]')"
is_comment="REGEXP '^([^''\"\`#-]|-[^-]|''[^'']*''|\"[^\"]*\"|\`[^\`]*\`)*(--([[:space:]]|\$)|#)'"

# A database in front of a joined table, a called function or a used sequence.
foreign_name="CONCAT('((from|join) [(]*|val[(])', CHAR(96), '[^', CHAR(96), ']+', CHAR(96), '[.]', CHAR(96),
  '|', CHAR(96), '[^', CHAR(96), ']+', CHAR(96), '[.]', CHAR(96), '[^', CHAR(96), ']+', CHAR(96), '[(]')"

# Sets of one byte with bytes that are no character: a dump has a question mark for them. (MySQL refuses such bytes for ascii.)
holed_sets="'dec8', 'hp8', 'swe7', 'hebrew', 'tis620', 'greek', 'cp1250', 'armscii8', 'cp1251', 'cp1256', 'cp1257', 'geostd8'"

# What a column takes at most of its page, with its length, as MySQL counts it (dict_index_too_big_for_tree).
local_bytes="IF(t.ROW_FORMAT = 'Dynamic', 40, 788)"
stored_bytes="CASE
    WHEN c.DATA_TYPE IN ('char', 'binary') AND c.CHARACTER_OCTET_LENGTH = c.CHARACTER_MAXIMUM_LENGTH THEN c.CHARACTER_OCTET_LENGTH
    WHEN c.DATA_TYPE IN ('char', 'varchar', 'varbinary') AND c.CHARACTER_OCTET_LENGTH < $local_bytes
      THEN c.CHARACTER_OCTET_LENGTH + IF(c.CHARACTER_OCTET_LENGTH < 256, 1, 2)
    WHEN c.DATA_TYPE IN ('tinyint', 'year') THEN 1
    WHEN c.DATA_TYPE = 'smallint' THEN 2
    WHEN c.DATA_TYPE IN ('mediumint', 'date') THEN 3
    WHEN c.DATA_TYPE IN ('int', 'float') THEN 4
    WHEN c.DATA_TYPE IN ('bigint', 'double') THEN 8
    WHEN c.DATA_TYPE = 'datetime' THEN 5 + CEIL(c.DATETIME_PRECISION / 2)
    WHEN c.DATA_TYPE = 'timestamp' THEN 4 + CEIL(c.DATETIME_PRECISION / 2)
    WHEN c.DATA_TYPE = 'time' THEN 3 + CEIL(c.DATETIME_PRECISION / 2)
    WHEN c.DATA_TYPE = 'decimal' THEN FLOOR((c.NUMERIC_PRECISION - c.NUMERIC_SCALE) / 9) * 4 + CEIL((c.NUMERIC_PRECISION - c.NUMERIC_SCALE) % 9 / 2)
      + FLOOR(c.NUMERIC_SCALE / 9) * 4 + CEIL(c.NUMERIC_SCALE % 9 / 2)
    WHEN c.DATA_TYPE = 'bit' THEN CEIL(c.NUMERIC_PRECISION / 8)
    WHEN c.DATA_TYPE IN ('enum', 'set') THEN 1
    ELSE $local_bytes + 1 END"

recorded_settings="'sql_mode', 'innodb_page_size', 'innodb_default_row_format', 'innodb_strict_mode', 'innodb_file_per_table',
  'lower_case_table_names', 'max_allowed_packet', 'log_bin_trust_function_creators', 'explicit_defaults_for_timestamp',
  'character_set_server', 'collation_server', 'default_storage_engine', 'event_scheduler', 'sql_require_primary_key',
  'sql_generate_invisible_primary_key', 'restrict_fk_on_non_standard_key', 'ft_min_word_len', 'innodb_ft_min_token_size',
  'ngram_token_size', 'group_concat_max_len', 'time_zone', 'default_week_format', 'div_precision_increment', 'lc_time_names',
  'block_encryption_mode', 'authentication_policy', 'default_authentication_plugin'"

# The last part of the program for the server: what it was started for.

program=$0
case ${1:-} in
  serve | check | change-keys)
    verb=$1
    shift
    case $verb in
      serve) serve "$@" ;;
      check) check "$@" ;;
      change-keys) change_keys "$@" ;;
    esac
    ;;
  install | upgrade | uninstall | status)
    verb=$1
    shift
    case " $* " in *' --help '*) printf '%s' "$usage"; exit ;; esac
    case $verb in
      install) install "$@" ;;
      upgrade) upgrade "$@" ;;
      uninstall) uninstall "$@" ;;
      status) show_status "$@" ;;
    esac
    ;;
  -h | --help | help) printf '%s' "$usage" ;;
  --version) printf 'make-a-backup %s\n' "$version" ;;
  *)
    printf '%s' "$usage" >&2
    exit 2
    ;;
esac
