#!/bin/sh
# The last part of the program for the server: what it was started for.

program=$0
case ${1:-} in
  serve | check | change-keys)
    verb=$1
    shift
    case $verb in
      serve) serve "$@" ;;
      check) check "$@" ;;
      change-keys) change_keys "$@" ;;
    esac
    ;;
  install | upgrade | uninstall | status)
    verb=$1
    shift
    case " $* " in *' --help '*) printf '%s' "$usage"; exit ;; esac
    case $verb in
      install) install "$@" ;;
      upgrade) upgrade "$@" ;;
      uninstall) uninstall "$@" ;;
      status) show_status "$@" ;;
    esac
    ;;
  -h | --help | help) printf '%s' "$usage" ;;
  --version) printf 'make-a-backup %s\n' "$version" ;;
  *)
    printf '%s' "$usage" >&2
    exit 2
    ;;
esac
