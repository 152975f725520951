import { mkdir, readdir, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'

/** A program called `docker` that stands in for the real one. */
export interface StandInDocker {
  /** Goes first on the PATH. */
  bin: string
  /** What it was called with, a line each, without the words that went into a container. */
  calls(): Promise<string[]>
  /** The containers that are there. */
  containers(): Promise<string[]>
}

/**
 * Makes a `docker` that starts no container: what is to run in one runs on this machine, in the folder that the drill
 * names, and ends with `docker rm`. It shows that the command lines fit together; what a real engine makes of them it
 * cannot show. Images whose names begin with `missing` cannot be pulled.
 */
export async function makeStandInDocker(folder: string): Promise<StandInDocker> {
  const bin = join(folder, 'bin')
  const state = join(folder, 'state')
  await mkdir(bin, { recursive: true })
  await mkdir(join(state, 'containers'), { recursive: true })
  await writeFile(join(bin, 'docker'), script(state), { mode: 0o755 })
  return {
    bin,
    calls: async () => (await readFile(join(state, 'calls'), 'utf8')).trimEnd().split('\n'),
    containers: () => readdir(join(state, 'containers')),
  }
}

function script(state: string): string {
  return `#!/bin/sh
state='${state}'
verb=$1
shift
case $verb in
  exec)
    while :; do
      case $1 in
        --interactive) shift ;;
        --env) export "$2"; shift 2 ;;
        *) break ;;
      esac
    done
    [ -d "$state/containers/$1" ] || { echo "Error response from daemon: No such container: $1" >&2; exit 1; }
    shift
    # In a container everybody is root. Here only root is, and nobody else may ask a server to run as root.
    if [ "$(id -u)" -ne 0 ]; then
      for word; do
        shift
        [ "$word" = --user=root ] || set -- "$@" "$word"
      done
    fi
    exec "$@"
    ;;
esac
echo "$verb $*" >>"$state/calls"
case $verb in
  version) echo 28.0.4 ;;
  image) [ -e "$state/image-$(echo "$4" | tr / _)" ] ;;
  pull)
    case $2 in missing*) echo "Error response from daemon: manifest for $2 not found" >&2; exit 1 ;; esac
    : >"$state/image-$(echo "$2" | tr / _)"
    ;;
  run)
    while [ $# -gt 0 ]; do
      case $1 in
        --name) name=$2; shift ;;
        --label) label=\${2#*=}; shift ;;
      esac
      shift
    done
    mkdir "$state/containers/$name"
    echo "$label" >"$state/containers/$name/label"
    ;;
  ps) for each in "$state"/containers/*/; do [ ! -d "$each" ] || echo "$(basename "$each") $(cat "$each/label")"; done ;;
  rm)
    name=$3
    [ -d "$state/containers/$name" ] || { echo "Error response from daemon: No such container: $name" >&2; exit 1; }
    for each in /proc/[0-9]*; do
      if tr '\\0' '\\n' <"$each/cmdline" 2>/dev/null | grep -q "^--datadir=/tmp/$name/"; then kill -KILL "\${each#/proc/}"; fi
    done
    sleep 0.2
    rm -rf "/tmp/$name" "$state/containers/$name"
    ;;
esac
`
}
