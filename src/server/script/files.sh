#!/bin/sh
# The mirror and its archive.

job_open_archive() {
  command -v rsync >/dev/null || missing_tool rsync
  command -v tar >/dev/null || missing_tool tar
  mirror=$(expand_home "$mirror")
  mkdir -p "$mirror" 2>/dev/null || problem mirror-folder "$mirror"
  if [ -h "$mirror" ] || [ ! -O "$mirror" ] || [ ! -w "$mirror" ]; then problem mirror-folder "$mirror"; fi
  mirror=$(cd "$mirror" && pwd -P) || problem mirror-folder "$mirror"
  take_lock "$mirror.lock" "$wait_seconds" || problem mirror-busy "$REPLY"
  watch_runner
  for_each "$paths" refuse_hollow
  say phase rsync
  update_mirror
  # Root's mirror has the owners itself.
  owner_list=''
  if [ "$(id -u)" != 0 ]; then
    owner_list=.make-a-backup.owners
    list_owners >"./$owner_list" || problem mirror-folder "$mirror"
  fi
  say phase tar
  send_compressed write_archive tar
}

# A folder that vanished or became empty, for example an unmounted disk, must not empty the mirror.
refuse_hollow() {
  [ -d "$1" ] || problem missing-folder "$1"
  if [ -z "$allow_empty" ] && [ -z "$(first_entry "$1")" ]; then problem empty-folder "$1"; fi
}

update_mirror() {
  run_rsync "$mirror" --delete --delete-excluded
  status=$?
  say status rsync "$status"
  case $status in 0 | 24) ;; *) finish 70 ;; esac
  say size "$(printf '%s\n' "$REPLY" | sed -n 's/^Total file size: //p' | tr -cd 0-9)"
  # The runner compares these counts with the archive.
  cd "$mirror" || problem mirror-folder "$mirror"
  for kind in f d l p b c; do
    say count "$kind" "$(with_lines "$(archive_names | sed 's,^,./,')" count_entries "$kind")"
  done
}

# run_rsync TARGET OPTION…: copies the folders to the target. REPLY is the statistics of rsync; returns its
# status.
#
# -R (relative): the mirror has every folder under its full path, and patterns are anchored at the server's
# root. The trailing slash follows a path that is a symbolic link.
run_rsync() {
  rsync_target=$1
  shift
  rsync_words=''
  for_each "$paths" add_own_exclusion
  for_each "$excludes" add_rsync_word --exclude=
  for_each "$paths" add_source
  [ -z "$bandwidth" ] || set -- "$@" "--bwlimit=$bandwidth"
  REPLY=$(with_lines "$rsync_words" rsync_to "$rsync_target" -aHR "$@" --numeric-ids --stats --no-human-readable)
}

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
      rsync_words="$rsync_words--exclude=$own_name$nl--exclude=$own_name.lock$nl"
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

# Prints whose the live files are that the mirror has: pairs for `xargs -0 -n 2 chown -hR --` in the root folder, each of an
# owner and a name, where the owner is another than that of the folder around it. docs/format.md has the format.
list_owners() {
  can_print=no
  if find . -maxdepth 0 -printf '%u' >/dev/null 2>&1; then can_print=yes; fi
  with_lines "$(archive_names)" print_owners | awk "$owners_that_change" | tr '\n\001' '\000\n'
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

write_archive() {
  # Names are bytes: escaped in messages, raw in the archive. Every tar reads the format, and it has no
  # limits.
  case $(tar --version 2>&1) in
    *GNU*) set -- --format=gnu --quoting-style=escape ;;
    bsdtar*) set -- --format=gnutar ;;
    *) set -- ;;
  esac
  with_lines "${owner_list:+$owner_list$nl}$(archive_names)" tar "$@" -C "$mirror" -cf - -- </dev/null
}
