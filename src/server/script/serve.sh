#!/bin/sh
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
