#!/bin/sh
# Gives unpacked files their access control lists and extended attributes.

# By the lists that the runner sent along with the archive. A file system that knows none is no reason to fail: what is
# there in the end is counted.
job_give_attributes() {
  watch_runner
  folder=${staging%"$nl"}
  if ! cd -P "${folder%/*}/" 2>/dev/null || ! enter_own "${folder##*/}" || ! cd -P ./tree; then problem staging-folder "$folder"; fi
  set +f
  give lists setfacl ./.make-a-backup.acls-*
  give attributes setfattr ./.make-a-backup.attributes-*
}

# give KIND TOOL LIST…
give() {
  kind=$1 tool=$2
  shift 2
  [ -f "$1" ] || return 0
  said=''
  for list in "$@"; do
    error=$(restore_list <"$list" 2>&1) || said=${said:-$error}
  done
  printf 'given\t%s\t%s\t%s\n' "$kind" "$(count_given)" "$(printf '%s' "$said" | head -n 1 | cut -c 1-500)"
}

restore_list() {
  case $tool in
    setfacl) setfacl --restore=- ;;
    *) setfattr -h --restore=- ;;
  esac
}

count_given() {
  case $tool in
    setfacl) getfacl -R -P -s -p -n . ;;
    *) getfattr -R -P -h -m '^(user|trusted)\.|^security\.capability$' . ;;
  esac 2>/dev/null | grep -c '^# file: '
}
