import { existsSync } from 'node:fs'
import { mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { CancelledError, FailureError, UserError } from '../../src/runtime/errors'
import { type Server, serverOver } from '../../src/server/server'
import { connect } from '../../src/ssh/connection'
import { parseHostKeyPins } from '../../src/ssh/keys/host-keys'
import type { Connection } from '../../src/ssh/remote'
import { localShell } from '../servers/processes/local-shell'
import { startSshd } from '../servers/sshd'

let root = ''
const open: Connection[] = []
const name = 'before-command' as const

beforeAll(async () => {
  root = await mkdtemp(join(tmpdir(), 'make-a-backup-command-'))
})

afterEach(() => {
  for (const connection of open.splice(0)) connection.close()
})

afterAll(() => rm(root, { recursive: true, force: true }))

const freshHome = () => mkdtemp(join(root, 'home-'))

async function serverUnder(
  shell: readonly string[],
  environment: NodeJS.ProcessEnv = {},
): Promise<{ server: Server; home: string; connection: Connection }> {
  const home = await freshHome()
  const connection = localShell(shell, { PATH: process.env['PATH'], HOME: home, ...environment })
  open.push(connection)
  return { server: serverOver(connection), home, connection }
}

async function failure(work: Promise<unknown>): Promise<unknown> {
  return work.then(
    () => {
      throw new Error('It succeeded.')
    },
    (error: unknown) => error,
  )
}

/** Whether the process lives whose number is in the file. */
async function lives(file: string): Promise<boolean> {
  const pid = (await readFile(file, 'utf8')).trim()
  const state = await readFile(`/proc/${pid}/stat`, 'utf8').catch(() => '')
  return state !== '' && !/^\d+ \(.*\) Z/.test(state)
}

async function until(condition: () => boolean | Promise<boolean>): Promise<void> {
  while (!(await condition())) await sleep(20)
}

describe.each([['dash'], ['bash'], ['bash --posix'], ['busybox ash']])('runCommand under %s', shellName => {
  const shell = shellName.split(' ')

  it('runs text of several lines and returns what it printed', async () => {
    const { server, home } = await serverUnder(shell)
    const text = 'cd "$HOME"\nif true; then\n  echo out; echo err >&2\nfi\npwd\n'
    expect(await server.runCommand({ text, name })).toEqual(['out', 'err', home])
  })

  it.each([
    ['quotes and dollars', `printf '%s\\n' "it's \\"$((1 + 1))\\" \`echo here\`"`, [`it's "2" here`]],
    ['backslashes', "printf '%s|' 'a\\nb' 'c\\\\d' 'e\\cf'; echo", ['a\\nb|c\\\\d|e\\cf|']],
    ['signs that other shells act on', "echo '!x %41 ~ *'", ['!x %41 ~ *']],
    ['a document within', 'cat <<X\none\ntwo\nX', ['one', 'two']],
    ['a variable that is not set', 'echo "[$not_set_anywhere]"', ['[]']],
    ['words of the script itself', 'say() { echo mine; }; say; main=1; finish() { :; }', ['mine']],
    ['letters of any language', "echo 'grüße ☃'", ['grüße ☃']],
    ['an exit with status 0', 'echo one; exit 0; echo two', ['one']],
    ['nothing to do', ':', []],
  ])('takes text as it is: %s', async (_, text, printed) => {
    const { server } = await serverUnder(shell)
    expect(await server.runCommand({ text, name })).toEqual(printed)
  })

  it('gives it nothing to read', async () => {
    const { server } = await serverUnder(shell)
    expect(await server.runCommand({ text: 'cat; read -r line || echo "no line"', name })).toEqual(['no line'])
  })

  it('fails with the status and the last words, and keeps all words for the log', async () => {
    const { server } = await serverUnder(shell)
    const error = await failure(server.runCommand({ text: 'echo "first"; echo "No such cache." >&2; exit 3', name }))
    expect(error).toBeInstanceOf(UserError)
    expect(error).toMatchObject({
      message: 'before-command ended with status 3: No such cache.',
      detail: ['first', 'No such cache.'],
    })
  })

  it.each([
    ['a command that is not there', 'no-such-command-anywhere', /^before-command ended with status 127: .*not found/],
    ['text that no shell can read', 'if true; then', /^before-command ended with status 2: .*[Ss]yntax error/],
    ['a signal', 'kill -KILL $$', /^before-command was killed on the server \(signal 9\)\.$/],
    ['a status without a word', 'exit 1', /^before-command ended with status 1\.$/],
  ])('fails on %s, and names the input, not a file', async (_, text, message) => {
    const { server } = await serverUnder(shell)
    const error = await failure(server.runCommand({ text, name }))
    expect(error).toBeInstanceOf(UserError)
    expect(error).toMatchObject({ message: expect.stringMatching(message) })
    expect(JSON.stringify(error)).not.toContain('/dev/fd')
  })

  it('shows the text to nobody on the server', async () => {
    const { server } = await serverUnder(shell)
    const all = "cat /proc/[0-9]*/cmdline /proc/[0-9]*/environ 2>/dev/null | tr '\\000' '\\n'"
    // The pattern does not match itself, which stands in an argument of grep.
    const text = `# hunter2hunter2\n${all} | grep -c 'hunter2[h]unter2' || :`
    expect(await server.runCommand({ text, name })).toEqual(['0'])
  })

  it('makes files as the login would, not as the backup does', async () => {
    const before = process.umask(0o022)
    try {
      const { server, home } = await serverUnder(shell)
      await server.runCommand({ text: 'touch "$HOME/flag"', name })
      expect((await stat(join(home, 'flag'))).mode & 0o777).toBe(0o644)
    } finally {
      process.umask(before)
    }
  })

  it('gives the locale of the login back', async () => {
    const { server } = await serverUnder(shell, { LC_ALL: 'C.UTF-8' })
    expect(await server.runCommand({ text: 'echo "$LC_ALL"', name })).toEqual(['C.UTF-8'])
    const { server: plain } = await serverUnder(shell)
    expect(await plain.runCommand({ text: 'env | grep -c ^LC_ALL= || :', name })).toEqual(['0'])
  })

  it('ends on the server when it is cancelled, and throws the reason', async () => {
    const { server, home } = await serverUnder(shell)
    const abort = new AbortController()
    const pidFile = join(home, 'pid')
    const running = server.runCommand({
      text: `echo $$ >"${pidFile}"; sleep 600; echo no`,
      name,
      signal: abort.signal,
    })
    const failed = failure(running)
    await until(() => existsSync(pidFile))
    abort.abort(new CancelledError())
    expect(await failed).toBeInstanceOf(CancelledError)
    await until(async () => !(await lives(pidFile)))
  })

  it('runs after a cancel, within a time of its own', async () => {
    const { server } = await serverUnder(shell)
    const cancelled = AbortSignal.abort(new CancelledError())
    expect(await failure(server.runCommand({ text: 'echo on', name, signal: cancelled }))).toBeInstanceOf(
      CancelledError,
    )
    const after = { name: 'after-command', signal: AbortSignal.timeout(60_000) } as const
    expect(await server.runCommand({ text: 'echo off', ...after })).toEqual(['off'])
    const late = await failure(
      server.runCommand({ text: 'sleep 600', name: 'after-command', signal: AbortSignal.timeout(200) }),
    )
    expect(late).toBeInstanceOf(FailureError)
    expect(late).toMatchObject({ message: 'after-command did not end in time and was stopped.' })
  })
})

describe('runCommand over SSH', () => {
  it.each(['/bin/bash', '/usr/bin/fish', '/usr/bin/tcsh'])('works behind the login shell %s', async loginShell => {
    const home = await freshHome()
    const sshd = await startSshd(join(home, 'sshd'), { environment: { HOME: home }, loginShell })
    try {
      const connection = await connectTo(sshd)
      const server = serverOver(connection)
      const text = 'for word in one "two three"; do\n  echo "$word!"\ndone\nexit 4'
      expect(await failure(server.runCommand({ text, name }))).toMatchObject({
        message: 'before-command ended with status 4: two three!.',
        detail: ['one!', 'two three!'],
      })
    } finally {
      await sshd.stop()
    }
  })

  it('ends the command when the connection dies', async () => {
    const home = await freshHome()
    const sshd = await startSshd(join(home, 'sshd'), { environment: { HOME: home } })
    try {
      const server = serverOver(await connectTo(sshd))
      const pidFile = join(home, 'pid')
      await writeFile(pidFile, '')
      const failed = failure(server.runCommand({ text: `echo $$ >"${pidFile}"; sleep 600`, name }))
      await until(async () => (await readFile(pidFile, 'utf8')).endsWith('\n'))
      sshd.killSessions()
      expect(await failed).toMatchObject({
        message: expect.stringContaining('The connection to the server broke during before-command'),
      })
      await until(async () => !(await lives(pidFile)))
    } finally {
      await sshd.stop()
    }
  })
})

async function connectTo(sshd: Awaited<ReturnType<typeof startSshd>>): Promise<Connection> {
  const { host, port, user, privateKey, knownHosts } = sshd
  const target = { host, port, user, privateKey, hostKeys: parseHostKeyPins(knownHosts) }
  const connection = await connect(target, { signal: new AbortController().signal })
  open.push(connection)
  return connection
}
