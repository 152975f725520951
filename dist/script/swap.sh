#!/bin/sh
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
