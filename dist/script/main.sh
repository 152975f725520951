#!/bin/sh
# Reads the request and runs the job. The last part of the script.

main() {
  read_request
  printf '@%s\n' "$nonce"
  say begin
  # The command of the user runs as in a login.
  [ "$job" = run-command ] || clean_environment
  # The lowest priority that needs no privileges: a backup must not slow down the site.
  renice -n 19 -p $$ >/dev/null 2>&1 || :
  ionice -c 2 -n 7 -p $$ >/dev/null 2>&1 || :
  handler=job_$job
  while :; do
    case $handler in
      *-*) handler=${handler%%-*}_${handler#*-} ;;
      *) break ;;
    esac
  done
  command -v "$handler" >/dev/null || problem unknown-job "$job"
  "$handler"
  say 'done'
  finish 0
}

main
