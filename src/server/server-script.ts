import { readFileSync } from 'node:fs'
import { join } from 'node:path'

/**
 * What sh on the server is started with: constant text without a line break, `!`, `'` or backslash, so that bash, dash, zsh,
 * fish and csh as login shells all hand it on unchanged. It reads the length of the script, then exactly so many bytes:
 * whatever follows on standard input is left for the script. One block of dd is one read(2) of at most what is missing, so it
 * takes what has arrived and never more; `head -c` of busybox would. `docs/protocol.md` has the whole conversation.
 */
export const bootstrapCommand =
  // biome-ignore lint/suspicious/noTemplateCurlyInString: it is the shell that fills it in
  'exec /bin/sh -c \'IFS= read -r n && [ "$n" -gt 0 ] && s= && while [ ${#s} -lt "$n" ]; do b=$(dd bs=$(($n-${#s})) count=1 2>/dev/null; echo .); b=${b%.}; [ -n "$b" ] || exit 1; s=$s$b; done && eval "$s"\''

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
