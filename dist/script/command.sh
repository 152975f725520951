#!/bin/sh
# The user's before-command and after-command.

# Runs shell text as in a login of the user, with the umask and locale of the login. The text comes on a
# descriptor, since every user on the server can see arguments. Output goes to the report.
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
