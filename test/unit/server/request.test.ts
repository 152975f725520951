import { execFileSync } from 'node:child_process'
import fc from 'fast-check'
import { encodeRequest } from '../../../src/server/request'

/** The reading end of the script, which shows each value in hexadecimal. */
const reader = `while IFS= read -r line && [ -n "$line" ]; do
  key=\${line%%=*} value=\${line#*=}
  case $value in *\\\\*) value=$(printf '%b.' "$value") value=\${value%.} ;; esac
  printf '%s ' "$key"; printf %s "$value" | od -An -v -tx1 | tr -d ' \\n'; echo
done; cat`

function readBack(shell: string[], encoded: string): string {
  const [program = 'sh', ...options] = shell
  return execFileSync(program, [...options, '-c', reader], { input: `${encoded}rest` }).toString()
}

const value = fc.oneof(
  fc.string({ unit: 'binary' }).filter(text => !text.includes('\0')),
  fc.string({
    unit: fc.constantFrom('\\', '\n', '\t', "'", '"', '$', '`', '%', ' ', '=', 'n', '0', 'é', '!', '#'),
  }),
)

describe('encodeRequest', () => {
  it.each([['dash'], ['bash'], ['bash --posix'], ['busybox ash']])('carries any value unchanged through %s', shell => {
    fc.assert(
      fc.property(fc.array(value, { minLength: 1, maxLength: 12 }), values => {
        const expected = values.map(each => `key ${Buffer.from(each).toString('hex')}\n`).join('')
        const encoded = encodeRequest(values.map(each => ['key', each] as const))
        expect(readBack(shell.split(' '), encoded)).toBe(`${expected}rest`)
      }),
      // The limit is for the search for a smaller example of a failure, which goes through real shells too.
      { numRuns: 40, interruptAfterTimeLimit: 60_000 },
    )
  })

  it('refuses a NUL, which no shell can hold', () => {
    expect(() => encodeRequest([['path', 'a\0b']])).toThrow('cannot contain NUL')
  })
})
