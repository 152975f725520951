import { execFileSync, spawn } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync, symlinkSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { buffer } from 'node:stream/consumers'
import { setTimeout as sleep } from 'node:timers/promises'
import fc from 'fast-check'
import { localConnection } from '../../../src/server/local/local-connection'
import { serverOver } from '../../../src/server/server'
import { bootstrapCommand, type ServerJob, serverJobs, serverScript } from '../../../src/server/server-script'
import { folderServerOver } from '../../../src/sources/files/folder-server'
import { databaseServerOver } from '../../../src/sources/mysql/database-server'

/** Sends bytes to a shell in these pieces, each after the one before it was read or had time to be. */
async function run(
  words: readonly string[],
  pieces: readonly Buffer[],
  path = process.env['PATH'],
): Promise<{ status: number | null; out: string }> {
  const [program = 'sh', ...options] = words
  const child = spawn(program, options, {
    env: { PATH: path, HOME: '/nonexistent' },
    stdio: ['pipe', 'pipe', 'ignore'],
  })
  child.stdin.on('error', () => {}) // Whoever has given up reads no further.
  const status = new Promise<number | null>(resolve => child.on('close', resolve))
  const out = buffer(child.stdout)
  for (const piece of pieces) {
    child.stdin.write(piece)
    await sleep(2)
  }
  child.stdin.end()
  return { status: await status, out: (await out).toString('latin1') }
}

/** A login shell that starts sh; and `sh` under its own name. */
const underShell = (shell: string) => [...shell.split(' '), '-c', bootstrapCommand.replace('/bin/sh', shell)]

const shells = [['dash'], ['bash'], ['bash --posix'], ['busybox ash']]

/** A script of about so many bytes, which prints the rest of its input after a line of its own. */
function aScript(bytes: number): string {
  const line = `filler() { echo "$1" '; }' | tr -d '\\000'; }\n`
  return `${line.repeat(bytes / line.length)}IFS= read -r first\nprintf '<%s>\\n' "$first"\ncat\n`
}

function cut(bytes: Buffer, sizes: readonly number[]): Buffer[] {
  const pieces: Buffer[] = []
  let at = 0
  for (const size of sizes) {
    pieces.push(bytes.subarray(at, at + size))
    at += size
  }
  return [...pieces, bytes.subarray(at)].filter(piece => piece.length > 0)
}

const conversation = fc.record({
  script: fc.integer({ min: 0, max: 60_000 }).map(aScript),
  rest: fc.string({ unit: 'binary', maxLength: 2_000 }).map(text => text.replaceAll('\0', '')),
  sizes: fc.array(fc.oneof(fc.integer({ min: 1, max: 9 }), fc.integer({ min: 1, max: 30_000 })), {
    maxLength: 8,
  }),
})

/** The script ran, and found all that followed it. */
async function expectAllRead(
  words: readonly string[],
  { script, rest, sizes }: { script: string; rest: string; sizes: readonly number[] },
  path?: string,
): Promise<void> {
  const bytes = Buffer.from(`${script.length}\n${script}a line\n${rest}`)
  const { status, out } = await run(words, cut(bytes, sizes), path)
  expect({ status, out }).toEqual({
    status: 0,
    out: `<a line>\n${Buffer.from(rest).toString('latin1')}`,
  })
}

describe('bootstrapCommand', () => {
  it.each(shells)('reads the script and not a byte more under %s, in whatever pieces it comes', async shell => {
    await fc.assert(
      fc.asyncProperty(conversation, async sent => expectAllRead(underShell(shell), sent)),
      { numRuns: 25, interruptAfterTimeLimit: 60_000, markInterruptAsFailure: true },
    )
  })

  it('does so with the dd of busybox', async () => {
    const bin = mkdtempSync(join(tmpdir(), 'busybox-'))
    try {
      const busybox = execFileSync('sh', ['-c', 'command -v busybox']).toString().trim()
      for (const name of ['dd', 'cat', 'tr']) symlinkSync(busybox, join(bin, name))
      await fc.assert(
        fc.asyncProperty(conversation, async sent => expectAllRead(['/bin/sh', '-c', bootstrapCommand], sent, bin)),
        { numRuns: 25, interruptAfterTimeLimit: 60_000, markInterruptAsFailure: true },
      )
    } finally {
      rmSync(bin, { recursive: true })
    }
  })

  it.each([['zsh'], ['fish'], ['tcsh']])('comes through %s as a login shell unchanged', async shell => {
    await expectAllRead([shell, '-c', bootstrapCommand], {
      script: aScript(9_000),
      rest: 'x\n',
      sizes: [7, 500],
    })
  })

  it.each(shells)('runs nothing of a script that is cut off under %s', async shell => {
    const script = 'echo begun\necho ended\n'
    for (const sent of [`${script.length}\n${script.slice(0, -1)}`, `${script.length}\n`, 'no number\n', '']) {
      const { status, out } = await run(underShell(shell), [Buffer.from(sent)])
      expect(out).toBe('')
      expect(status).not.toBe(0)
    }
  })
})

describe('serverScript', () => {
  const withoutLength = (job: ServerJob) => serverScript(job).replace(/^\d+\n/, '')

  it.each(serverJobs)('tells the length of %s in bytes, which are characters as well whatever the locale', job => {
    const [length] = serverScript(job).split('\n')
    const script = withoutLength(job)
    expect(Number(length)).toBe(Buffer.byteLength(script))
    // biome-ignore lint/suspicious/noControlCharactersInRegex: every byte but NUL
    expect(script).toMatch(/^[\x01-\x7f]+$/)
  })

  it.each(serverJobs)('sends with %s every function that it may call', job => {
    const all = functionsOf(serverJobs.map(withoutLength).join(''))
    const sent = functionsOf(withoutLength(job))
    const missing = [...reachable('main', all), ...reachable(functionName(job), all)].filter(name => !sent.has(name))
    expect(missing).toEqual([])
  })

  it('has a job for every method of the server, of the same name', () => {
    const connection = localConnection({ environment: {} })
    const facades = [serverOver, databaseServerOver, folderServerOver].map(over => over(connection))
    const methods = Object.keys(Object.assign({}, ...facades))
    const kebab = (name: string) => name.replace(/[A-Z]/g, letter => `-${letter.toLowerCase()}`)
    expect(methods.map(kebab).sort()).toEqual([...serverJobs].sort())
  })

  it.each(shells)('is a script that %s can read', shell => {
    for (const job of serverJobs) {
      const [program = 'sh', ...options] = shell.split(' ')
      execFileSync(program, [...options, '-n'], { input: withoutLength(job) })
    }
  })
})

const functionName = (job: ServerJob) => `job_${job.replaceAll('-', '_')}`

/** The functions of a script with their bodies. */
function functionsOf(script: string): Map<string, string> {
  return new Map(
    [...script.matchAll(/^(\w+)\(\) \{\n([\s\S]*?)^\}$/gm)].map(([, name = '', body = '']) => [name, body]),
  )
}

/** What a function may call, itself included: every word of it that is a function's name, at any depth. */
function reachable(from: string, all: ReadonlyMap<string, string>, seen = new Set<string>()): Set<string> {
  if (seen.has(from)) return seen
  seen.add(from)
  for (const word of all.get(from)?.match(/(?<![$\w{-])\w+(?![\w=-])/g) ?? [])
    if (all.has(word)) reachable(word, all, seen)
  return seen
}

describe('core.sh', () => {
  const core = readFileSync(join(__dirname, '../../../src/server/script/core.sh'), 'utf8')
  const said = (shell: string, script: string, environment: NodeJS.ProcessEnv = {}) => {
    const [program = 'sh', ...options] = shell.split(' ')
    const env = { PATH: process.env['PATH'], ...environment }
    return execFileSync(program, [...options, '-c', `${core}\n${script}`], {
      env,
      encoding: 'utf8',
      // bash takes a socket for a network daemon, and runs .bashrc.
      stdio: ['ignore', 'pipe', 'inherit'],
    })
  }

  it.each(shells)('ends its own child under %s, and no process of another one that has the number', shell => {
    // The number of a child that ended may be given to anybody: here to the child of a child.
    const script = `
      sleep 60 & own=$!
      other=$(sleep 60 >/dev/null & echo $!)
      end_child "$other"
      end_child "$own"
      wait "$own"
      echo "$? $(kill "$other" && echo alive)"`
    expect(said(shell, script)).toBe('143 alive\n')
  })

  it.each(shells)('takes from the environment under %s what would change a tool, and nothing else', shell => {
    const kept = { HOME: '/home/web1', OPTIONS: 'a\nexport TMPDIR=b', BLOCK_SIZES: '1', LANGUAGES: 'x' }
    const taken = {
      TAR_OPTIONS: '-v',
      DF_BLOCK_SIZE: '1',
      BLOCKSIZE: '2',
      LC_TIME: 'C',
      MYSQL_PWD: 'x',
      TMPDIR: '/nowhere',
    }
    const names = Object.keys({ ...kept, ...taken }).map(name => `echo "${name}=\${${name}-}"`)
    const shown = Object.entries({ ...kept, ...Object.fromEntries(Object.keys(taken).map(name => [name, ''])) })
    const lines = shown.map(([name, value]) => `${name}=${value}\n`).join('')
    expect(said(shell, ['clean_environment', ...names].join('\n'), { ...kept, ...taken })).toBe(lines)
  })
})
