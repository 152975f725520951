#!/bin/sh
# Locks. A lock is a folder, since mkdir is atomic everywhere. It is valid while its holder runs and gets
# heartbeats from its runner.

# Holds the lock until the runner releases it or goes away.
job_take_lock() {
  check_lock_name
  find_state_folder
  trap 'finish 143' TERM HUP INT PIPE
  trap 'finish 70' EXIT
  take_lock "$REPLY/$lock" "$wait_seconds" || problem busy "$REPLY"
  say phase locked
  beat=''
  while IFS= read -r beat && [ "$beat" != release ]; do touch_held; done
  [ "$beat" = release ] || finish 75
}

# Other folders are in that of the locks, too: the mirror of a user.
check_lock_name() {
  case ${lock#lock-} in "$lock" | '' | *[!0-9A-Za-z-]*) problem bad-request lock ;; esac
  [ -n "$owner" ] || problem bad-request owner
}

# For the post step: removes the locks that a killed run of this owner left, and ends their holders.
job_clean_up() {
  check_lock_name
  find_state_folder
  end_lock "$REPLY/$lock"
  [ -z "$mirror" ] || end_lock "$(expand_home "$mirror")/.make-a-backup/lock"
}

end_lock() {
  [ "$(cat "$1/owner" 2>/dev/null)" = "$owner" ] || return 0
  end_holder "$(cat "$1/pid" 2>/dev/null)" "$(cat "$1/mark" 2>/dev/null)"
  remove_lock "$1"
  say recovered "$owner"
}

# The folder of the locks, which belongs only to us. REPLY is its path.
find_state_folder() {
  REPLY=${HOME:-/nonexistent}/.make-a-backup
  if ! made_error=$(mkdir -p -- "$REPLY" 2>&1); then
    case $made_error in *'No space left'* | *[Qq]'uota exceeded'*) cannot_write state-folder "$REPLY" "$made_error" ;; esac
    REPLY=/tmp/make-a-backup-$(id -u)
    mkdir -p -- "$REPLY" 2>/dev/null || problem state-folder "${HOME:-/nonexistent}/.make-a-backup"
  fi
  # Refuses a folder that another user made, or a planted link.
  if [ -h "$REPLY" ] || [ ! -d "$REPLY" ] || [ ! -O "$REPLY" ] || [ ! -w "$REPLY" ]; then problem state-folder "$REPLY"; fi
}

# take_lock FOLDER WAIT_SECONDS: fails when another run has the lock; REPLY is then the folder and the name of its
# owner, separated by a tab.
take_lock() {
  waited=0 wait_limit=$2 last_beat='' still=0
  while ! lock_error=$(mkdir -- "$1" 2>&1); do
    [ -d "$1" ] || [ "$waited" -lt 3 ] || cannot_write state-folder "$1" "$lock_error"
    [ ! -d "$1" ] || watch_beats "$1"
    if [ -d "$1" ] && is_stale "$1" && break_lock "$1"; then continue; fi
    if [ "$waited" -ge "$wait_limit" ] && [ -d "$1" ]; then
      REPLY=$1$tab$(cat "$1/owner" 2>/dev/null)
      return 1
    fi
    sleep 1
    waited=$((waited + 1))
  done
  making=$1 held=$held$1$nl
  process_mark $$
  # The owner last: a full disk takes the folder and no files.
  if ! lock_error=$({ : >"$1/alive" && echo $$ >"$1/pid" && echo "$REPLY" >"$1/mark" && printf '%s\n' "$owner" >"$1/owner"; } 2>&1); then
    rm -rf -- "$1"
    cannot_write state-folder "$1" "$lock_error"
  fi
  making=''
}

# `still` counts the seconds in which a lock got no heartbeat. One that is dated in the future can be judged by
# nothing else: it gets the time for two of them.
watch_beats() {
  beat_now=$(cat "$1/alive" 2>/dev/null)
  if [ "$beat_now" = "$last_beat" ]; then still=$((still + 1)); else still=0; fi
  last_beat=$beat_now
  if is_future "$1" && [ "$wait_limit" -lt "$future_seconds" ]; then wait_limit=$future_seconds; fi
}

future_seconds=35

# The server's clock was ahead when the lock was touched last.
is_future() {
  touched=$1/alive
  [ -e "$touched" ] || touched=$1
  [ -n "$(find "$touched" -prune -mmin -0 2>/dev/null)" ]
}

# Stale: the holder is gone, or has got no heartbeat for two minutes (the runner sends one every 15 seconds).
is_stale() {
  if [ "$still" -ge "$future_seconds" ] && is_future "$1"; then return 0; fi
  if [ ! -e "$1/alive" ]; then
    # Just being made, or its holder died while making it.
    [ -n "$(find "$1" -prune -mmin +2 2>/dev/null)" ]
    return
  fi
  holder=$(cat "$1/pid" 2>/dev/null)
  if [ -n "$holder" ] && ! is_holder "$holder" "$(cat "$1/mark" 2>/dev/null)"; then return 0; fi
  [ -n "$(find "$1/alive" -mmin +2 2>/dev/null)" ]
}

# is_holder PID MARK: whether the process that took a lock may still run. Its number may be that of another one by now,
# above all after a reboot.
is_holder() {
  kill -0 "$1" 2>/dev/null || return 1
  process_mark "$1"
  if [ -n "$2" ] && [ -n "$REPLY" ]; then [ "$2" = "$REPLY" ] || return 1; fi
  case $(arguments_of "$1") in '' | *"$bootstrap"* | *"$installed"*) ;; *) return 1 ;; esac
}

# In the command line of every job: of one that was sent, of one that is installed.
bootstrap='IFS= read -r n'
installed='make-a-backup/server.sh serve '

# process_mark PID: REPLY is what no other process of this number has: the boot and the time since when it started.
# Empty where there is no /proc.
process_mark() {
  REPLY=$(sed -n '$s/.*) \(.*\)/\1/p' "/proc/$1/stat" 2>/dev/null | cut -d ' ' -f 20)
  [ -z "$REPLY" ] || REPLY="$(cat /proc/sys/kernel/random/boot_id 2>/dev/null) $REPLY"
}

# arguments_of PID: prints them; nothing where they are not to be seen.
arguments_of() {
  if [ -r "/proc/$1/cmdline" ]; then tr '\000' ' ' <"/proc/$1/cmdline" 2>/dev/null; else ps -o args= -p "$1" 2>/dev/null; fi
}

# Only one job at a time may break a lock, and it checks again: a slow one could otherwise remove the lock
# that a fast one has just taken. Fails when another one is about to.
break_lock() {
  if ! lock_error=$(mkdir -- "$1.breaking" 2>&1); then
    [ -d "$1.breaking" ] || cannot_write state-folder "$1" "$lock_error"
    [ -z "$(find "$1.breaking" -prune '(' -mmin +1 -o -mmin -0 ')' 2>/dev/null)" ] || rmdir "$1.breaking" 2>/dev/null
    return 1
  fi
  if is_stale "$1"; then
    end_holder "$(cat "$1/pid" 2>/dev/null)" "$(cat "$1/mark" 2>/dev/null)"
    say recovered "$(cat "$1/owner" 2>/dev/null)"
    remove_lock "$1"
    still=0
  fi
  rmdir "$1.breaking"
}

remove_lock() {
  lock_error=$(rm -rf -- "$1" 2>&1)
  [ ! -e "$1" ] || {
    rmdir "$1.breaking" 2>/dev/null
    cannot_write lock-stuck "$1" "$lock_error"
  }
}

# end_holder PID MARK: ends the job with all that it started, unless its number is another process's by now.
end_holder() {
  [ -n "$1" ] && [ "$1" != "$$" ] && is_holder "$1" "$2" || return 0
  case $(arguments_of "$1") in
    *"$bootstrap"* | *"$installed"*) [ "$(group_of "$1")" != "$1" ] || kill -TERM "-$1" 2>/dev/null || kill -TERM "$1" 2>/dev/null || : ;;
  esac
}
