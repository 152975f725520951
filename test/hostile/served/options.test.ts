import { execFileSync, spawn } from 'node:child_process'
import { text } from 'node:stream/consumers'
import { encodeRequest } from '../../../src/server/request'
import { clientLines } from '../../../src/sources/mysql/client/client-request'
import { dumpArguments } from '../../../src/sources/mysql/dump/dump-arguments'
import { refusedOptions } from '../../../src/sources/mysql/dump/refused-dump-options'
import { allowedOptions, harmlessClientOption, harmlessDumpOption, optionForms } from './option-forms'
import { openTarget, type Target } from './thief'

const help = (program: string) => execFileSync(program, ['--no-defaults', '--help'], { encoding: 'utf8' })

const dump = (database: string) =>
  dumpArguments({
    database,
    selection: { excluded: ['a'], structureOnly: ['b'] } as never,
    extra: ['--skip-extended-insert'],
    canIgnoreTableData: false,
  })

describe('the options of the database programs, as their own help lists them, written in every way', () => {
  it('are refused but for those that only change how a dump is written', () => {
    const refused = refusedOptions.flatMap(({ names }) => names.flatMap(name => [`--${name}`, `--${name}=/tmp/x`]))
    const forms = [...optionForms(help('mariadb-dump'), '/tmp/x'), ...refused]
    expect(forms.length).toBeGreaterThan(5_000)
    const allowed = allowedOptions('is_dump_option', forms)
    expect(allowed.filter(option => !harmlessDumpOption.test(option))).toEqual([])
    expect(allowed).toContain('--single-transaction')
    const { main, structure } = dump('shop')
    const own = [...main, ...structure].filter(word => word.startsWith('--') && word !== '--')
    expect(allowedOptions('is_dump_option', own)).toEqual(own)
  })

  it('are refused of the client but for those that every session of a backup has', () => {
    const allowed = allowedOptions('is_client_option', optionForms(help('mariadb'), '/tmp/x'))
    expect(allowed.filter(option => !harmlessClientOption.test(option))).toEqual([])
    const lines = clientLines({ access: {} as never, databases: [], dumpOptions: [] })
    const own = lines.filter(([key]) => key === 'argument').map(([, value]) => value)
    expect(allowedOptions('is_client_option', own)).toEqual(own)
  })
})

describe('a dump by a key that can only take backups', () => {
  let target: Target
  beforeAll(() => {
    target = openTarget()
  })
  afterAll(() => target.close())

  /** The request arrives, and the connection stays open until the job has ended. */
  async function ask(...words: string[]): Promise<{ status: number | null; stderr: string }> {
    const request = encodeRequest([
      ['nonce', 'ab'],
      ['job', 'open-dump'],
      ['compression', 'none'],
      ...words.map(value => ['argument', value] as const),
    ])
    const child = spawn('sh', ['-c', target.command], { env: target.environment, detached: true })
    child.stdin.write(`0\n${request}`)
    child.stdout.resume()
    const stderr = text(child.stderr)
    const status = await new Promise<number | null>(resolve => child.on('exit', resolve))
    child.stdin.end()
    return { status, stderr: await stderr }
  }

  it('is an ordinary one of an allowed database, whatever its name is', async () => {
    for (const database of target.databases) {
      const { main } = dump(database)
      expect(await ask(...main)).toMatchObject({ status: 0 })
      // What is left out is in the option file.
      const words = main.filter(word => !word.startsWith('--ignore-table'))
      expect(target.asked().at(-1)).toEqual(['--defaults-file=/dev/fd/0', ...words])
    }
  })

  it('is refused with another database, an option behind the allowed ones, or none at all', async () => {
    const before = target.asked().length
    const wrong = [['--', 'mysql'], ['shop'], ['--'], ['--routines'], ['--', ''], ['--', 'SHOP'], [], ['-', 'shop']]
    for (const words of [...wrong, ['--routines', '--result-file=x', '--', 'shop'], ['--routines\n', '--', 'shop']]) {
      expect(await ask(...words)).toEqual({ status: 69, stderr: expect.stringContaining('@ab problem refused ') })
    }
    expect(target.asked()).toHaveLength(before)
  })

  it('takes words behind the database for names of tables', async () => {
    expect(await ask('--', 'shop', '--all-databases')).toMatchObject({ status: 0 })
    expect(target.asked().at(-1)).toEqual(['--defaults-file=/dev/fd/0', '--', 'shop', '--all-databases'])
  })

  it('is one of the site alone where all databases are allowed', async () => {
    target.configure(['job=backup', 'database=*', `tools=${target.tools}:/usr/bin:/bin`])
    expect(await ask('--', 'another')).toMatchObject({ status: 0 })
    for (const own of ['mysql', 'MySQL', 'sys', 'performance_schema', 'Information_Schema']) {
      expect(await ask('--', own)).toMatchObject({ status: 69, stderr: expect.stringContaining(`database\t${own}`) })
    }
  })
})
