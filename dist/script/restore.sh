#!/bin/sh
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
