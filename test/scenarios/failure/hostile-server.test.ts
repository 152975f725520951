import { rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { expectFailure, expectNothingLeft, openScene, type Scene } from './failure-scene'

let scene: Scene
beforeAll(async () => {
  scene = await openScene()
})
afterAll(() => scene?.close())
afterEach(() => scene?.tools.restore())

const unchanged = /Still safe: Nothing was changed in the bucket/
const dumpTools = ['mysqldump', 'mariadb-dump']
/** The real tool answers what it is asked about itself. */
const answerQuestions = 'case $1 in --version | --help | --print-defaults) exec "$real/mariadb-dump" "$@" ;; esac'
const tarAnswers = 'case $1 in --version) exec "$real/tar" "$@" ;; esac'

describe('a backup of a server that lies', () => {
  it.each<[string, string, RegExp[]]>([
    [
      'is cut and ends with status 0',
      '"$real/mariadb-dump" "$@" | head -c 1500000; exit 0',
      [/dump is cut off: it does not end with the line "-- Dump completed"/],
    ],
    ['is empty and ends with status 0', 'cat >/dev/null; exit 0', [/dump is empty: not one byte arrived/]],
    [
      'is whole and ends with status 3',
      '"$real/mariadb-dump" "$@"; exit 3',
      [/mysqldump ended with status 3/, /during the dump of database/],
    ],
    [
      'holds the words of an error',
      `"$real/mariadb-dump" "$@" | awk '{ print } NR == 30 { print "mysqldump: Got error: 1146: Table is gone when using LOCK TABLES" }'; exit 0`,
      [/not SQL: "mysqldump: Got error: 1146/],
    ],
    [
      'lacks a table that the server lists',
      '"$real/mariadb-dump" --ignore-table-data=x.y "$@" --help >/dev/null 2>&1; "$real/mariadb-dump" "$@" orders',
      [/does not match what the server lists/, /zz_last/],
    ],
  ])('stores nothing when the dump %s', async (_name, script, telling) => {
    scene.tools.replace(dumpTools, `${answerQuestions}\n${script}`)
    await expectFailure(scene, {}, [...telling, unchanged])
  })

  it.each<[string, string, RegExp[]]>([
    ['is cut within a file', '"$real/tar" "$@" | head -c 400000; exit 0', [/archive is cut off/]],
    // Two blocks of zeros say that nothing is missing behind the last file.
    ['lacks its end alone', '"$real/tar" -b 1 "$@" | head -c -1024; exit 0', [/archive is cut off/]],
    ['is empty', 'exit 0', [/archive is empty: not one byte arrived/]],
    [
      'lacks files that the mirror holds',
      '"$real/tar" --exclude=two.jpg "$@"; exit 0',
      [/archive does not hold what the mirror on the server holds: \d of \d files/],
    ],
    ['is whole and tar ends with status 2', '"$real/tar" "$@"; exit 2', [/tar ended with status 2/]],
  ])('stores nothing when the archive %s', async (_name, script, telling) => {
    scene.tools.replace(['tar'], `${tarAnswers}\n${script}`)
    await expectFailure(scene, {}, [...telling, unchanged])
  })
})

describe('a backup of a server that talks', () => {
  const commands = [
    '::error::planted error',
    '##[error]planted error',
    '::warning title=x::planted warning',
    '::add-mask::running',
    '::set-output name=status::planted',
    '::stop-commands::planted',
    '\\033[31m::error::planted in red\\033[0m',
    '  ::error file=x::planted and indented',
    'text\\r::error::planted behind a carriage return',
  ]
  const onStderr = commands.map(line => `printf '${line}\\n' >&2`).join('\n')
  const onStdout = commands.map(line => `printf '${line}\\n'`).join('\n')

  it('takes none of it for a command, nor for data', async () => {
    const profile = join(scene.home, '.bashrc')
    await writeFile(profile, `${onStdout}\n${onStderr}\n`)
    try {
      const run = await scene.run()
      expect(run.conclusion).toBe('success')
      expect(run.main?.annotations.error).toEqual([])
      expect(run.main?.annotations.notice).toHaveLength(1)
      expect(run.main?.annotations.warning.every(({ title }) => title === 'server-messages')).toBe(true)
      expect(run.main?.outputs['status']).toBe('good')
      expect(run.main?.log.join('\n')).toContain('running')
      expect(run.main?.log.join('\n')).not.toContain('\x1b')
      await expectNothingLeft(scene)
    } finally {
      await rm(profile)
    }
  })

  it('takes none of it for a command when it explains a failure either', async () => {
    scene.tools.replace(dumpTools, `${answerQuestions}\n${onStderr}\nexit 2`)
    const run = await expectFailure(scene, {}, [/mysqldump ended with status 2/, unchanged])
    expect(run.main?.annotations.warning).toEqual([])
    expect(run.main?.outputs).toEqual({})
    expect(run.main?.log.join('\n')).not.toContain('\x1b')
    expect(run.main?.log.join('\n')).toContain('running')
  })
})

describe('a backup of a server that never stops', () => {
  const clients = ['mysql', 'mariadb']

  it.each<[string, readonly string[], string, RegExp]>([
    [
      'an answer',
      clients,
      `yes "visible$(printf '\\t%0200d' 41)"`,
      /The server sent too much during the inventory: more than 48 MiB of output/,
    ],
    [
      'a line of messages',
      dumpTools,
      "tr '\\0' x </dev/zero >&2",
      /The server sent too much during the dump: more than 256 MiB of messages/,
    ],
    [
      'a list of databases',
      clients,
      `awk 'BEGIN { for (i = 0; ; i++) printf "database\\t%06x\\tu\\tc\\n", i }'`,
      /The server sent too much during the inventory: more than/,
    ],
    [
      'a list of tables',
      clients,
      `awk 'BEGIN { print "database\\t41\\tu\\tc"; for (i = 0; ; i++) printf "table\\t41\\t%06x\\tBASE TABLE\\tInnoDB\\t1\\n", i }'`,
      /The server sent too much during the inventory: more than/,
    ],
    [
      'a list of short rows',
      clients,
      'yes "$(printf \'visible\\t41\\n%.0s\' $(seq 1000))"',
      /The server sent too much during the inventory: more than 4,000,000 fields of output/,
    ],
  ])('fails in constant memory when %s has no end', async (_name, tools, script, telling) => {
    scene.tools.replace(tools, `${answerQuestions}\n${script}`)
    const { main } = await expectFailure(scene, {}, [telling, unchanged])
    expect(main?.peakRssBytes).toBeGreaterThan(20_000_000)
    expect(main?.peakRssBytes).toBeLessThan(256_000_000)
  })
})
