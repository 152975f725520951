#!/bin/sh
# Locks. A lock is a folder, since mkdir is atomic everywhere. It is valid while its holder runs and gets
# heartbeats from its runner.

# Holds the lock until the runner releases it or goes away.
job_take_lock() {
  find_state_folder
  trap 'finish 143' TERM HUP INT PIPE
  trap 'finish 70' EXIT
  take_lock "$REPLY/$lock" "$wait_seconds" || problem busy "$REPLY"
  say phase locked
  beat=''
  while IFS= read -r beat && [ "$beat" != release ]; do touch_held; done
  [ "$beat" = release ] || finish 75
}

# For the post step: removes the locks that a killed run of this owner left, and ends their holders.
job_clean_up() {
  find_state_folder
  end_lock "$REPLY/$lock"
  end_lock "$(expand_home "$mirror").lock"
}

end_lock() {
  [ "$(cat "$1/owner" 2>/dev/null)" = "$owner" ] || return 0
  end_holder "$(cat "$1/pid" 2>/dev/null)"
  rm -rf "$1"
  say recovered "$owner"
}

# The folder of the locks, which belongs only to us. REPLY is its path.
find_state_folder() {
  REPLY=${HOME:-/nonexistent}/.make-a-backup
  mkdir -p "$REPLY" 2>/dev/null || {
    REPLY=${TMPDIR:-/tmp}/make-a-backup-$(id -u)
    mkdir -p "$REPLY" 2>/dev/null || problem state-folder "${HOME:-/nonexistent}/.make-a-backup"
  }
  # Refuses a folder that another user made, or a planted link.
  if [ -h "$REPLY" ] || [ ! -d "$REPLY" ] || [ ! -O "$REPLY" ] || [ ! -w "$REPLY" ]; then problem state-folder "$REPLY"; fi
}

# take_lock FOLDER WAIT_SECONDS: fails when another run has the lock; REPLY is then the name of its owner.
take_lock() {
  waited=0
  while ! mkdir "$1" 2>/dev/null; do
    [ -d "$1" ] || problem state-folder "$1"
    if is_stale "$1"; then break_lock "$1"; continue; fi
    if [ "$waited" -ge "$2" ]; then
      REPLY=$(cat "$1/owner" 2>/dev/null)
      return 1
    fi
    sleep 1
    waited=$((waited + 1))
  done
  : >"$1/alive"
  printf '%s\n' "$$" >"$1/pid"
  printf '%s\n' "$owner" >"$1/owner"
  held=$held$1$nl
}

# Stale: the holder is gone, or has got no heartbeat for two minutes (the runner sends one every 15 seconds).
is_stale() {
  if [ ! -e "$1/alive" ]; then
    # Just being made, or its holder died while making it.
    [ -n "$(find "$1" -prune -mmin +2 2>/dev/null)" ]
    return
  fi
  holder=$(cat "$1/pid" 2>/dev/null)
  if [ -n "$holder" ] && ! kill -0 "$holder" 2>/dev/null; then return 0; fi
  [ -n "$(find "$1/alive" -mmin +2 2>/dev/null)" ]
}

# Only one job at a time may break a lock, and it checks again: a slow one could otherwise remove the lock
# that a fast one has just taken.
break_lock() {
  if ! mkdir "$1.breaking" 2>/dev/null; then
    [ -z "$(find "$1.breaking" -prune -mmin +1 2>/dev/null)" ] || rmdir "$1.breaking" 2>/dev/null
    sleep 1
    return
  fi
  if is_stale "$1"; then
    end_holder "$(cat "$1/pid" 2>/dev/null)"
    say recovered "$(cat "$1/owner" 2>/dev/null)"
    rm -rf "$1"
  fi
  rmdir "$1.breaking"
}

# The process id may belong to another process by now: only a shell that leads its own group can be a lock
# holder.
end_holder() {
  [ -n "$1" ] && [ "$1" != "$$" ] && kill -0 "$1" 2>/dev/null || return 0
  case $(ps -o pgid=,args= -p "$1" 2>/dev/null | tr -s ' ') in
    *"$1 "*'sh -c'*) kill -TERM "-$1" 2>/dev/null || kill -TERM "$1" 2>/dev/null || : ;;
  esac
}
