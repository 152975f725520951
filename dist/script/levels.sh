#!/bin/sh
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
