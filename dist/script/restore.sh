#!/bin/sh
# Unpacks an archive into a staging folder, counts what was unpacked, removes staging folders.

# Unpacks standard input into a new staging folder. The owner of the parent folder may replace ours at any
# time, so once we are in it, nothing uses its name.
job_open_extract() {
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

# Only root can restore owners; modes are always restored.
unpack() {
  set -- -xp
  if is_gnu_tar; then
    set -- "$@" --quoting-style=escape --numeric-owner
    if [ "$(id -u)" = 0 ]; then set -- "$@" --same-owner; else set -- "$@" --no-same-owner; fi
  elif [ "$(id -u)" != 0 ]; then
    set -- "$@" -o
  fi
  with_lines "$(archive_names)" tar "$@" -f - -C ./tree -- >/dev/null
}

# The contents of each folder, for the comparison: entries by kind, and the bytes of its files, with hard
# links counted once.
job_count_trees() {
  watch_runner
  number=0
  for_each "$paths" count_tree
}

count_tree() {
  [ -d "$1" ] || problem missing-folder "$1"
  cd "$1" 2>/dev/null || problem uncounted-folder "$1"
  # Only root can read a folder that denies access to its owner.
  closed=$([ "$(id -u)" = 0 ] || find . -type d ! -perm -0500 -print 2>/dev/null | head -n 1)
  [ -z "$closed" ] || problem uncounted-folder "$1/${closed#./}"
  for kind in f d l; do printf 'tree\t%s\t%s\t%s\n' "$number" "$kind" "$(count_entries "$kind" .)"; done
  printf 'tree\t%s\tbytes\t%s\n' "$number" "$(find . -type f -exec stat -c '%d:%i %s' {} + 2>/dev/null | sort -u | awk '{ sum += $2 } END { printf "%.0f", sum }')"
  cd / || :
  number=$((number + 1))
}

# Removes staging folders of this owner, after unfinished swaps are undone.
job_remove_staging() {
  [ -z "$swaps" ] || undo_unfinished_swaps
  for_each "$staging" remove_unpacked
}

remove_unpacked() {
  if [ -h "$1" ] || [ ! -O "$1" ] || [ "$(cat "$1/owner" 2>/dev/null)" != "$owner" ]; then return; fi
  # A tar whose runner has just gone away may still be writing.
  for pause in 0 1 2; do
    sleep "$pause"
    # Root does not need this, and would follow a link that was just put there.
    [ "$(id -u)" = 0 ] || chmod -R u+rwx "$1" 2>/dev/null
    if rm -rf "$1" 2>/dev/null; then break; fi
  done
  if [ -e "$1" ] || [ -h "$1" ]; then problem staging-folder "$1"; fi
  say recovered "$1"
}
