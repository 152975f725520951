#!/bin/sh
# Access control lists and extended attributes. Neither the mirror nor tar keeps them: two entries at the end of the archive
# list them, as setfacl and setfattr take them. docs/format.md has the format.

acl_list=.make-a-backup.acls
attribute_list=.make-a-backup.attributes

# Lists those of the live files that the mirror has; `late_lists` names the lists that are not empty. Of what the server has
# no tool for, rsync finds how much there is.
list_attributes() {
  late_lists=''
  acls_to='' attributes_to=''
  if has_tool getfacl; then acls_to=$mirror/$acl_list; fi
  if has_tool getfattr; then attributes_to=$mirror/$attribute_list; fi
  export acls_to attributes_to acl_lines attribute_lines own_attributes
  rm -f "./$acl_list" "./$attribute_list"
  with_lines "$(archive_names)" list_in_folders || full_disk "$mirror"
  [ -z "${full:-}" ] || cannot_write mirror-folder "$mirror" ''
  if [ -s "./$acl_list" ]; then add_numbers; fi
  for list in "$acl_list" "$attribute_list"; do
    [ ! -s "./$list" ] || late_lists=$late_lists$nl$list
  done
  [ -n "$acls_to" ] || report_unkept -A lists
  [ -n "$attributes_to" ] || report_unkept -X attributes
}

# has_tool NAME: whether it is the one of the package acl or attr. Those of busybox know less.
has_tool() {
  case $("$1" --version 2>/dev/null </dev/null) in "$1 "[0-9]*) ;; *) return 1 ;; esac
}

list_in_folders() {
  [ -n "$acls_to$attributes_to" ] || return 0
  for folder in "$@"; do
    # With a slash, since the path may be a symbolic link.
    sh -c "$read_attributes" sh "./$folder/" || return
    find "./$folder" ! -path "./$folder" '(' -type f -o -type d ')' -exec sh -c "$read_attributes" sh {} + || return
  done
}

# The two programs look at the same files, side by side.
# shellcheck disable=SC2016 # of another shell
read_attributes='
  cd / || exit
  if [ -n "$acls_to" ]; then getfacl -p -s -E -- "$@" 2>/dev/null | awk "$acl_lines" >>"$acls_to" & fi
  if [ -n "$attributes_to" ]; then
    getfattr -h -d -e hex -m "$own_attributes" --absolute-names -- "$@" 2>/dev/null | awk "$attribute_lines" >>"$attributes_to" || exit
  fi
  [ -z "$acls_to" ] || wait "$!"'

# The others are labels that the policy of a machine gives, such as those of SELinux; access control lists have their own list.
own_attributes='^(user|trusted)\.|^security\.capability$'

# Entries by their names from the root folder, without slashes at their ends. setfacl takes no blank there.
name_of_entry='
  function octal(letter) {
    return letter == " " ? "\\040" : letter == "\t" ? "\\011" : letter == "\v" ? "\\013" : letter == "\f" ? "\\014" : letter
  }
  function entry_name(name,   last) {
    sub(/\/$/, "", name)
    last = length(name)
    return octal(substr(name, 1, 1)) substr(name, 2, last - 2) (last > 1 ? octal(substr(name, last)) : "")
  }
  function print_line() {
    if (head != "") print head
    head = ""
    print
    open = 1
  }
  function end_entry() {
    if (open) print ""
    open = 0
  }'

# shellcheck disable=SC2016 # awk's own
acl_lines="$name_of_entry"'
  /^# file: [.]\/./ { head = "# file: " entry_name(substr($0, 11)); next }
  /^(default:)?(user|group|mask|other):/ { print_line() }
  /^$/ { end_entry() }'

# shellcheck disable=SC2016 # awk's own
attribute_lines="$name_of_entry"'
  /^# file: [.]\/./ { head = "# file: " entry_name(substr($0, 11)); next }
  /^[^#=][^=]*=0x[0-9a-f]*$/ { print_line() }
  /^$/ { end_entry() }'

# Puts the numbers of the accounts before the list, in comments: another server may not have the names.
add_numbers() {
  accounts=$(
    awk -F : '
      /^#/ { next }
      { at = $1 == "default" ? 2 : 1 }
      ($at == "user" || $at == "group") && $(at + 1) !~ /^[0-9]*$/ && !seen[$at, $(at + 1)]++ { print $at ":" $(at + 1) }
    ' "./$acl_list"
  )
  {
    for_each "$accounts" print_number
    cat "./$acl_list"
  } >"./$acl_list.new" || cannot_write mirror-folder "$mirror" ''
  mv "./$acl_list.new" "./$acl_list" || cannot_write mirror-folder "$mirror" ''
}

# print_number KIND:NAME, the name as getfacl prints it.
print_number() {
  raw_account=$(printf '%s\n' "${1#*:}" | sed -e 's/\\\\/\\134/g' -e 's/\\\([0-7][0-7][0-7]\)/\\0\1/g')
  case $1 in user:*) account_database=passwd ;; *) account_database=group ;; esac
  look_up "$account_database" "$(printf '%b' "$raw_account")"
  account_number=${REPLY#*:*:} account_number=${account_number%%:*}
  case $account_number in '' | *[!0-9]*) return ;; esac
  printf '# number: %s:%s\n' "$1" "$account_number"
}

# report_unkept OPTION KIND: how many entries have what this option of rsync copies, and the first of them: a dry run finds
# them, which the mirror lacks. An rsync that does not know it, or a file that just vanished, is no reason to fail.
report_unkept() {
  unkept=$(
    set -- "$1" '--filter=-x security.selinux' --dry-run --itemize-changes --numeric-ids
    with_lines "$rsync_words" rsync_to "$mirror" -aHSR "$@" 2>/dev/null | awk '
      /^[.<>ch][fdLDS].......(a.|.x) / && !count++ { first = substr($0, 13) }
      END { if (count) print count, first }'
  )
  [ -z "$unkept" ] || say unkept "$2" "$unkept"
}
