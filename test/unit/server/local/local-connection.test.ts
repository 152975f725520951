import { existsSync } from 'node:fs'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Readable } from 'node:stream'
import { text } from 'node:stream/consumers'
import { pipeline } from 'node:stream/promises'
import { setTimeout as sleep } from 'node:timers/promises'
import { localConnection } from '../../../../src/server/local/local-connection'

const environment = { PATH: process.env['PATH'], HOME: '/nonexistent' }

describe('localConnection', () => {
  let folder: string
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'local-connection-'))
  })
  afterEach(() => rm(folder, { recursive: true }))

  it('runs a command under /bin/sh with what it is sent, and tells its status', async () => {
    const connection = localConnection({ environment })
    const { stdin, stdout, stderr, exit } = await connection.exec('cat; echo "$HOME" >&2; exit 3')
    stdin.end('data')
    expect(await Promise.all([text(stdout), text(stderr), exit])).toEqual([
      'data',
      '/nonexistent\n',
      { kind: 'code', code: 3 },
    ])
  })

  it('shows a command nothing of its own environment', async () => {
    const { stdin, stdout } = await localConnection({ environment: { PATH: environment.PATH } }).exec(
      'env | cut -d= -f1',
    )
    stdin.end()
    expect((await text(stdout)).split('\n').filter(name => /^(HOME|JEST_WORKER_ID|USER)$/.test(name))).toEqual([])
  })

  it('leads into what the command opens', async () => {
    const connection = localConnection({ command: ['env', 'PLACE=inside'], environment })
    const { stdout } = await connection.exec('echo "$PLACE"')
    expect(await text(stdout)).toBe('inside\n')
  })

  it('tells the signal that ended a command', async () => {
    const { exit } = await localConnection({ environment }).exec('kill -KILL $$')
    expect(await exit).toEqual({ kind: 'signal', signal: 'SIGKILL' })
  })

  it('makes each command the leader of a process group, as a session of sshd does', async () => {
    const { stdout } = await localConnection({ environment }).exec(
      '[ "$(ps -o pgid= -p $$ | tr -d " ")" = $$ ] && echo leads',
    )
    expect(await text(stdout)).toBe('leads\n')
  })

  it('ends a command and what it started when it is closed', async () => {
    const connection = localConnection({ environment })
    const { stdout, exit } = await connection.exec('sleep 1000 & echo $!; wait')
    const [line] = await stdout.take(1).toArray()
    connection.close()
    expect(await exit).toEqual({ kind: 'signal', signal: 'SIGTERM' })
    while (isRunning(Number(String(line)))) await sleep(10)
  })

  it('starts nothing once it is closed', async () => {
    const connection = localConnection({ environment })
    connection.close()
    await expect(connection.exec(`touch ${folder}/trace`)).rejects.toThrow('was closed')
    expect(existsSync(join(folder, 'trace'))).toBe(false)
  })

  it('fails to start what is not there', async () => {
    await expect(localConnection({ command: ['/nonexistent/docker'], environment }).exec('true')).rejects.toThrow(
      '/nonexistent/docker could not be started',
    )
  })

  it('fails its input, and not like a reader that went away, when a command ends with input unread', async () => {
    const { stdin, exit } = await localConnection({ environment }).exec('exec 0<&-; exit 5')
    const endless = Readable.from(
      (function* () {
        for (;;) yield Buffer.alloc(1 << 20)
      })(),
    )
    const sent = pipeline(endless, stdin)
    await expect(sent).rejects.toThrow('before it had read all its input')
    expect(stdin.errored).not.toBeNull()
    expect(await exit).toEqual({ kind: 'code', code: 5 })
  })

  it('holds the sender back while nobody reads, so that memory stays as it is', async () => {
    const connection = localConnection({ environment })
    const { stdin, exit } = await connection.exec('sleep 1000')
    let written = 0
    while (stdin.write(Buffer.alloc(1 << 16))) written += 1 << 16
    expect(written).toBeLessThan(4 << 20)
    connection.close()
    expect((await exit).kind).toBe('signal')
  })
})

function isRunning(pid: number): boolean {
  try {
    process.kill(pid, 0)
    return true
  } catch {
    return false
  }
}
