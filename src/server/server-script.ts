import { readFileSync } from 'node:fs'
import { join } from 'node:path'

/**
 * The command that starts sh on the server: constant text without a line break, `!`, `'` or backslash, so that bash,
 * dash, zsh, fish and csh as login shells all pass it on unchanged. It reads the length of the script, then exactly
 * that many bytes, and leaves the rest of standard input to the script. One block of dd is one read(2) of at most what
 * is missing, so it never reads ahead; `head -c` of busybox does. `docs/protocol.md` has the protocol.
 */
export const bootstrapCommand =
  // biome-ignore lint/suspicious/noTemplateCurlyInString: it is the shell that fills it in
  'exec /bin/sh -c \'IFS= read -r n && [ "$n" -gt 0 ] && s= && while [ ${#s} -lt "$n" ]; do b=$(dd bs=$(($n-${#s})) count=1 2>/dev/null; echo .); b=${b%.}; [ -n "$b" ] || exit 1; s=$s$b; done && eval "$s"\''

/** The parts of the script that a job needs, between `core.sh` and `main.sh`. */
const partsOf = {
  'take-lock': ['lock'],
  'clean-up': ['lock'],
  inventory: ['mysql', 'inventory', 'traits'],
  preflight: ['mysql', 'inventory', 'mounts', 'files', 'preflight'],
  'run-command': ['command'],
  'open-dump': ['mysql', 'streams'],
  'open-archive': ['lock', 'streams', 'mounts', 'mirror', 'owners', 'attributes', 'levels', 'files'],
  'target-facts': ['mysql', 'inventory', 'traits', 'mounts', 'target'],
  'run-sql': ['mysql'],
  'open-import': ['mysql', 'streams'],
  'open-extract': ['streams', 'restore'],
  'count-trees': ['restore'],
  'give-attributes': ['restore', 'give-attributes'],
  swap: ['lock', 'mounts', 'swap'],
  'swap-state': ['lock', 'mounts', 'swap'],
  unswap: ['lock', 'mounts', 'swap'],
  'remove-staging': ['lock', 'mounts', 'swap', 'restore'],
} as const

/** A job of the script, named after the method that starts it: `take-lock` is `takeLock`. */
export type ServerJob = keyof typeof partsOf

export const serverJobs = Object.keys(partsOf) as ServerJob[]

/** The script for a job as it is sent: its length in bytes, a line break, then the script without comments. */
export function serverScript(job: ServerJob): string {
  const script = ['core', ...partsOf[job], 'main'].map(readPart).join('')
  return `${Buffer.byteLength(script)}\n${script}`
}

function readPart(part: string): string {
  return withoutComments(readFileSync(join(__dirname, 'script', `${part}.sh`), 'utf8'))
}

/** Every job sends its script, so it is kept small. Removes whole lines only: a `#` after code may be code. */
function withoutComments(script: string): string {
  return `${script
    .split('\n')
    .filter(line => !/^\s*(#.*)?$/.test(line))
    .join('\n')}\n`
}
