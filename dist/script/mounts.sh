#!/bin/sh
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
