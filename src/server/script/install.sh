#!/bin/sh
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
