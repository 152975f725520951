#!/bin/sh
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
