import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { assertNoSecrets } from '../runner/assert-no-secrets'
import { runAction } from '../runner/emulator'
import { parseFileCommands } from '../runner/file-commands'
import { Masks } from '../runner/masks'
import { CommandParser } from '../runner/workflow-commands'

let folder: string

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'make-a-backup-action-'))
})

afterEach(() => rm(folder, { recursive: true, force: true }))

/** An action folder whose steps are these bodies of JavaScript. */
async function action(main: string, post = '', postIf = 'always()'): Promise<string> {
  await mkdir(join(folder, 'dist'), { recursive: true })
  const head = `const fs = require('node:fs')\n`
  await writeFile(join(folder, 'dist/main.js'), head + main)
  await writeFile(join(folder, 'dist/post.js'), head + post)
  await writeFile(
    join(folder, 'action.yml'),
    `name: tiny
inputs:
  ssh-port: { default: 22 }
  with space: { default: 'a b' }
  plain: { required: true }
runs:
  using: node24
  main: dist/main.js
  post: dist/post.js
  post-if: ${postIf}
`,
  )
  return folder
}

/** A killed process whose parent is gone too stays in the table until init looks: a zombie is gone. */
async function isGone(pid: number): Promise<boolean> {
  for (let attempt = 0; attempt < 100; attempt++) {
    const stat = await readFile(`/proc/${pid}/stat`, 'utf8').catch(() => undefined)
    if (stat === undefined || / Z /.test(stat)) return true
    await new Promise(wait => setTimeout(wait, 20))
  }
  return false
}

const printEnvironment = `process.stdout.write(JSON.stringify(process.env) + '\\n')`

describe('runAction', () => {
  it('hands over inputs with their defaults, dashes kept and spaces turned into underscores', async () => {
    const run = await runAction({ action: await action(printEnvironment), inputs: { plain: ' x ' } })
    const env = JSON.parse(run.main?.lines[0]?.text ?? '{}')
    expect(env).toMatchObject({ 'INPUT_SSH-PORT': '22', INPUT_WITH_SPACE: 'a b', INPUT_PLAIN: ' x ' })
  })

  it('refuses an input that action.yml does not declare', async () => {
    await expect(runAction({ action: await action(''), inputs: { 'ssh-prot': '1' } })).rejects.toThrow('ssh-prot')
  })

  it('passes nothing of its own environment on but PATH', async () => {
    process.env['EMULATOR_TEST_LEAK'] = 'leak'
    try {
      const run = await runAction({ action: await action(printEnvironment), env: { EXTRA: '1' } })
      const env = JSON.parse(run.main?.lines[0]?.text ?? '{}')
      expect(env).not.toHaveProperty('EMULATOR_TEST_LEAK')
      expect(env.PATH).toBe(process.env['PATH'])
      expect(env.HOME).not.toBe(process.env['HOME'])
      expect(env).toMatchObject({
        EXTRA: '1',
        GITHUB_ACTIONS: 'true',
        GITHUB_REPOSITORY: 'acme/shop',
        RUNNER_OS: 'Linux',
      })
    } finally {
      delete process.env['EMULATOR_TEST_LEAK']
    }
  })

  it('runs under Node 24 in a fresh, empty workspace', async () => {
    const body = `console.log(process.versions.node.split('.')[0], process.cwd() === process.env.GITHUB_WORKSPACE, fs.readdirSync('.').length)`
    const run = await runAction({ action: await action(body) })
    expect(run.main?.log).toEqual(['24 true 0'])
  })

  it('collects outputs, state, exported variables and the summary', async () => {
    const body = `
      fs.appendFileSync(process.env.GITHUB_OUTPUT, 'status=good\\nlong<<END\\none\\ntwo\\nEND\\n')
      fs.appendFileSync(process.env.GITHUB_STATE, 'upload=abc\\n')
      fs.appendFileSync(process.env.GITHUB_ENV, 'EXPORTED=1\\n')
      fs.appendFileSync(process.env.GITHUB_STEP_SUMMARY, '# Done\\n')`
    const run = await runAction({ action: await action(body, printEnvironment) })
    expect(run.main?.outputs).toEqual({ status: 'good', long: 'one\ntwo' })
    expect(run.main?.summary).toBe('# Done\n')
    const env = JSON.parse(run.post?.lines[0]?.text ?? '{}')
    expect(env).toMatchObject({ STATE_upload: 'abc', EXPORTED: '1' })
  })

  it('sorts output into groups, annotations and a masked log', async () => {
    const body = `
      console.log('::add-mask::hush-hush')
      console.log('::group::Connect')
      console.log('the word is hush-hush')
      console.log('::warning title=Look%3A::first%0Asecond')
      console.log('::endgroup::')
      console.log('::debug::not shown')
      console.error('  ::error::bad hush-hush')
      console.log('##[notice]fine')`
    const { main } = await runAction({ action: await action(body) })
    expect(main?.groups).toEqual([{ title: 'Connect', lines: ['the word is ***', '##[warning]first\nsecond'] }])
    expect(main?.annotations).toEqual({
      notice: [{ title: '', message: 'fine' }],
      warning: [{ title: 'Look:', message: 'first\nsecond' }],
      error: [{ title: '', message: 'bad ***' }],
    })
    expect(main?.log).toContain('##[group]Connect')
    expect(main?.log.join('\n')).not.toMatch(/hush|not shown/)
  })

  it('fails with the exit status of the main step, and still runs the post step', async () => {
    const run = await runAction({ action: await action('process.exitCode = 3', `console.log('post')`) })
    expect(run).toMatchObject({ conclusion: 'failure', main: { exitCode: 3 }, post: { log: ['post'] } })
  })

  it('runs the post step when post-if says so', async () => {
    const run = await runAction({ action: await action('process.exitCode = 1', '', 'success()') })
    expect(run.post).toBeUndefined()
  })

  it('runs the post step alone with a given state', async () => {
    const run = await runAction({
      action: await action('', 'console.log(process.env.STATE_a)'),
      state: { a: 'b' },
    })
    expect(run.main).toBeUndefined()
    expect(run.post?.log).toEqual(['b'])
  })

  it('cancels with SIGINT first, and the post step runs', async () => {
    const body = `
      process.on('SIGINT', () => { console.log('told to stop'); process.exit(130) })
      setInterval(() => {}, 1000)
      console.log('ready')`
    const run = await runAction({
      action: await action(body, `console.log('cleaned up')`),
      cancelAfter: line => line === 'ready',
    })
    expect(run).toMatchObject({
      conclusion: 'cancelled',
      main: { exitCode: 130, signals: ['SIGINT'], log: ['ready', 'told to stop'] },
      post: { log: ['cleaned up'] },
    })
  })

  it('goes on to SIGTERM and SIGKILL when a step will not stop, and takes its children along', async () => {
    const body = `
      const child = require('node:child_process').spawn('sleep', ['600'])
      for (const signal of ['SIGINT', 'SIGTERM']) process.on(signal, () => console.log(signal, Math.round(performance.now() - from)))
      let from = performance.now()
      setInterval(() => {}, 1000)
      console.log('child', child.pid)`
    const { main } = await runAction({
      action: await action(body),
      cancelAfter: line => line.startsWith('child'),
    })
    expect(main).toMatchObject({
      exitCode: 137,
      signal: 'SIGKILL',
      signals: ['SIGINT', 'SIGTERM', 'SIGKILL'],
    })
    expect(main?.log.map(line => line.split(' ')[0])).toEqual(['child', 'SIGINT', 'SIGTERM'])
    const child = Number(main?.log[0]?.split(' ')[1])
    expect(await isGone(child)).toBe(true)
  }, 30_000)

  it('kills without warning, with the post step or without', async () => {
    const body = `process.on('SIGINT', () => {}); setInterval(() => {}, 1000); console.log('ready')`
    const killAfter = (line: string) => line === 'ready'
    const killed = await runAction({ action: await action(body), killAfter })
    expect(killed).toMatchObject({ conclusion: 'failure', main: { exitCode: 137, signals: ['SIGKILL'] } })
    expect(killed.post).toBeDefined()
    const lost = await runAction({ action: await action(body), killAfter, post: 'lost' })
    expect(lost.post).toBeUndefined()
  })

  it('measures memory, time and what lay on the disk', async () => {
    const body = `
      const held = Buffer.alloc(150 * 1024 * 1024, 1)
      fs.writeFileSync('big', held.subarray(0, 1024 * 1024))
      setTimeout(() => { fs.rmSync('big'); fs.writeFileSync('kept', 'x'); console.log(held.length) }, 1500)`
    const { main, leftFiles } = await runAction({ action: await action(body) })
    expect(main?.peakRssBytes).toBeGreaterThan(150 * 1024 * 1024)
    expect(main?.durationMs).toBeGreaterThan(400)
    expect(main?.peakFileBytes).toBe(1024 * 1024)
    expect(leftFiles).toEqual([{ path: 'workspace/kept', sizeBytes: 1, content: Buffer.from('x') }])
  })

  it('throws when a step goes past what GitHub takes', async () => {
    const rejected = async (body: string) => expect(runAction({ action: await action(body) })).rejects
    await (await rejected(`for (let i = 0; i < 11; i++) console.log('::warning::' + i)`)).toThrow('11 annotations')
    await (await rejected(`console.log('::error::' + 'x'.repeat(4097))`)).toThrow('4097 characters')
    await (await rejected(`fs.writeFileSync(process.env.GITHUB_STEP_SUMMARY, 'x'.repeat(1048577))`)).toThrow('summary')
    await (await rejected(`fs.writeFileSync(process.env.GITHUB_OUTPUT, 'a=' + 'x'.repeat(600000))`)).toThrow('outputs')
  })
})

describe('assertNoSecrets', () => {
  const secret = 'correct horse "battery" 🐎\nsecond line'
  const show = (expression: string) => `const secret = ${JSON.stringify(secret)}\n${expression}`

  it.each([
    ['whole', 'console.log(secret)'],
    ['one line of it', `console.error('x' + secret.split('\\n')[1] + 'y')`],
    ['as JSON', 'console.log(JSON.stringify({ secret }))'],
    ['as part of an address', 'console.log(encodeURIComponent(secret))'],
    ['as base64 within more', `console.log(Buffer.from('ab' + secret + 'c').toString('base64'))`],
    ['in an output', `fs.appendFileSync(process.env.GITHUB_OUTPUT, 'a<<E\\n' + secret + '\\nE\\n')`],
    ['in the state', `fs.appendFileSync(process.env.GITHUB_STATE, 'a<<E\\n' + secret + '\\nE\\n')`],
    ['in the summary', `fs.appendFileSync(process.env.GITHUB_STEP_SUMMARY, secret)`],
    ['in a file left behind', `fs.writeFileSync(process.env.RUNNER_TEMP + '/left', Buffer.from(secret))`],
    ['in the name of a file', `fs.writeFileSync('second line', '')`],
  ])('finds a secret %s', async (_where, expression) => {
    const run = await runAction({ action: await action(show(expression)) })
    expect(() => assertNoSecrets(run, [secret])).toThrow('secret 1 in')
  })

  it('takes add-mask commands as they are meant, and says nothing of a clean run', async () => {
    const body = `for (const line of secret.split('\\n')) console.log('::add-mask::' + line)
      console.log('horse')`
    const run = await runAction({ action: await action(show(body)) })
    expect(run.main?.lines).toHaveLength(3)
    expect(() => assertNoSecrets(run, [secret])).not.toThrow()
  })
})

describe('CommandParser', () => {
  const parse = (line: string) => new CommandParser().parse(line)

  it('takes :: only at the start of a trimmed line, and ##[ anywhere', () => {
    expect(parse('  ::error file=a%2Cb,line=1::x%25%0Ay')).toEqual({
      name: 'error',
      properties: { file: 'a,b', line: '1' },
      data: 'x%\ny',
    })
    expect(parse('text ::error::x')).toBeUndefined()
    expect(parse('text ##[error]x')).toEqual({ name: 'error', properties: {}, data: 'x' })
    expect(parse('::unknown::x')).toBeUndefined()
  })

  it('decodes each escape once', () => {
    expect(parse('::notice::%250A')?.data).toBe('%0A')
  })

  it('obeys stop-commands until its token comes', () => {
    const parser = new CommandParser()
    parser.parse('::stop-commands::pause-1')
    expect(parser.parse('::error::x')).toBeUndefined()
    parser.parse('::pause-1::')
    expect(parser.parse('::error::x')).toMatchObject({ name: 'error' })
  })
})

describe('parseFileCommands', () => {
  it('reads lines and blocks, an equals sign in a value, an empty value', () => {
    expect(parseFileCommands('a=b=c\nempty=\nx<<E\n1=2\n\nE\n')).toEqual({ a: 'b=c', empty: '', x: '1=2\n' })
  })

  it.each(['nonsense\n', '=value\n', 'a<<E\nno end\n', 'a<<\n\n'])('refuses %j', text => {
    expect(() => parseFileCommands(text)).toThrow(/Invalid format|not found/)
  })
})

describe('Masks', () => {
  it('masks the whole value, each line and what encoders make of it', () => {
    const masks = new Masks()
    masks.add('first "line"\nsecond line')
    expect(masks.apply('a first "line" b second line c')).toBe('a *** b *** c')
    expect(masks.apply(JSON.stringify(['first "line"']))).toBe('["***"]')
    expect(masks.apply(encodeURIComponent('second line'))).toBe('***')
    expect(masks.apply(Buffer.from('second line').toString('base64'))).toBe('***')
  })
})
