#!/bin/sh
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
