#!/bin/sh
# A command of the user's.

# Runs shell text as if it had been typed there: with the login's own umask and locale, from a descriptor,
# since everybody on the server sees arguments. What it prints goes into the report.
job_run_command() {
  watch_runner
  say phase 'command'
  printf '%s\n' "$text" | {
    exec 3<&0 </dev/null
    umask "$user_umask"
    if [ -n "$user_locale" ]; then LC_ALL=$user_locale; else unset LC_ALL; fi
    exec /bin/sh /dev/fd/3 >&2
  }
  status=$?
  say status 'command' "$status"
  [ "$status" = 0 ] || finish 70
}
