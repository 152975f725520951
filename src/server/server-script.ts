import { readFileSync } from 'node:fs'
import { join } from 'node:path'

/**
 * What sh on the server is started with: constant text without a line break, `!`, `'` or backslash, so that bash, dash, zsh,
 * fish and csh as login shells all hand it on unchanged. It reads the length of the script, then exactly so many bytes, one at a
 * time: whatever follows on standard input is left for the script.
 */
export const bootstrapCommand =
  'exec /bin/sh -c \'IFS= read -r n && [ "$n" -gt 0 ] && s=$(dd bs=1 count="$n" 2>/dev/null) && eval "$s"\''

/** `server.sh` with its length in bytes before it, without comments, as it goes over the wire. */
export function serverScript(): string {
  const script = withoutComments(readFileSync(join(__dirname, 'server.sh'), 'utf8'))
  return `${Buffer.byteLength(script)}\n${script}`
}

/** Each connection carries the script, so it travels light. Only whole lines go: a `#` behind code may be code. */
function withoutComments(script: string): string {
  return `${script
    .split('\n')
    .filter(line => !/^\s*(#.*)?$/.test(line))
    .join('\n')}\n`
}
