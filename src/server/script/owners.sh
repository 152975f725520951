#!/bin/sh
# The owners of files, which the mirror does not keep where we are not root.

# Prints whose the live files are that the mirror has: pairs for `xargs -0 -n 2 chown -hR --` in the root folder, each of an
# owner and a name, where the owner is another than that of the folder around it. docs/format.md has the format.
list_owners() {
  can_print=no
  if find . -maxdepth 0 -printf '%u' >/dev/null 2>&1; then can_print=yes; fi
  with_lines "$(archive_names)" print_owners | awk "$owners_that_change" | tr '\n\001' '\000\n'
}

# all_ours LIST: whether it has no other owner than the login. The mirror has this one itself.
all_ours() {
  tr '\000' '\n' <"$1" | awk -v names="$(id -un):$(id -gn)" -v numbers="$(id -u):$(id -g)" '
    NR % 2 == 1 && $0 != names && $0 != numbers { others = 1 }
    END { exit others }'
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
