import { existsSync } from 'node:fs'
import { mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { BackupRun } from '../../runner/backup-run'
import { asStored, encryptionNews } from '../../runner/encryption-switch'
import { tryCommand } from '../../servers/processes/command'
import { importDump } from '../../servers/processes/stock-tools'
import { holdSocket, type SocketHolder } from '../../servers/socket-holder'
import { type SshdServer, startSshd } from '../../servers/sshd'
import { freshDatabase, freshDatabaseName, freshFolder, testServices, testSql } from '../../servers/test-services'
import { goodBackup } from '../good-backup'
import { sshInputs } from '../ssh-inputs'
import { databaseOf, filesOf } from '../stored-manifest'

const services = testServices()
const sql = (text: string, database?: string) => testSql(services, text, database)

/** What a runner, a terminal, Markdown or HTML would act upon, as a name on the server may be. */
const hostile = [
  '::error::one',
  '##[error]two',
  '%0A::warning::three',
  'four\n::error::behind a line break',
  'five\r::set-output name=status::bad',
  'six | a | cell',
  '<img src=x onerror=alert(1)>`seven`',
  '</details>\n\n# eight',
  '\u001b[31m[nine](https://example.com)',
  'ten\'s "quotes" $(id) \\ end',
  ' ##[add-mask]a',
]
const quoted = (name: string) => `\`${name.replaceAll('`', '``')}\``

/** What the runner took for commands is what the action meant as such, and nothing else: `codes` are those of its warnings. */
function expectOnlyOwnCommands({ main, post }: BackupRun, codes: readonly string[]): void {
  expect(main?.annotations).toEqual({
    notice: [{ title: 'Recovery point taken', message: expect.stringContaining(' is good: ') }],
    warning: [...codes, ...encryptionNews.map(({ code }) => code)].map(title => ({
      title,
      message: expect.any(String),
    })),
    error: [],
  })
  expect(main?.groups.map(({ title }) => title)).toEqual([
    'Connect',
    'Read the bucket',
    'Check the server',
    'Stream',
    'Publish',
  ])
  expect(Object.keys(main?.outputs ?? {}).sort()).toEqual([
    'artifacts',
    'bytes',
    'duration-seconds',
    'manifest-key',
    'sent-bytes',
    'slot',
    'status',
    'warnings',
  ])
  expect(main?.outputs['status']).toBe('good')
  expect(Object.keys(main?.state ?? {})).toEqual(['backup'])
  expect(post?.annotations).toEqual({ notice: [], warning: [], error: [] })
  // Nothing that moves a cursor or colours what follows.
  for (const { text } of main?.lines ?? []) expect(text).not.toMatch(/(?!\t)\p{Cc}/u)
}

/** The tables of a summary: each as the numbers of cells in its rows. */
function tableWidths(summary: string): number[][] {
  const blocks = summary.match(/(^\|.*\n)+/gm) ?? []
  return blocks.map(block =>
    block
      .trimEnd()
      .split('\n')
      .map(row => row.split('|').length),
  )
}

function expectWholeSummary(summary: string): void {
  const tables = tableWidths(summary)
  expect(tables.length).toBeGreaterThanOrEqual(3)
  for (const widths of tables) expect(new Set(widths).size).toBe(1)
  const headings = summary.split('\n').filter(line => line.startsWith('#'))
  expect(
    headings.filter(
      line =>
        !/^#{2,3} (✅|⚠️|What is inside|What changed|The last seven days|How far back one can go|How to get it back by hand)/u.test(
          line,
        ),
    ),
  ).toEqual([])
  const tags = (summary.match(/<[^>]*>/g) ?? []).filter(tag => !/^<\/?(code|details|summary|br)>$/.test(tag))
  expect(tags).toEqual([])
  expect(summary.match(/<details>/g)?.length).toBe(summary.match(/<\/details>/g)?.length)
}

/** The commands of the summary's block for recovery by hand. */
function recoveryBlock(summary: string): string {
  return /^(`{3,})bash\n(.*?)\n\1$/ms.exec(summary)?.[2] ?? ''
}

describe('names from the database', () => {
  it('never act as commands, and break neither the summary nor the way back', async () => {
    const user = { 'mysql-user': freshDatabaseName(), 'mysql-password': 'sees two databases' }
    const names = [`::error::${freshDatabaseName()}`, `##[warning]'\n::notice::${freshDatabaseName()} |`]
    for (const name of names) {
      await sql(`CREATE DATABASE ${quoted(name)} CHARACTER SET utf8mb4`)
      for (const [index, table] of hostile.entries()) {
        await sql(
          `CREATE TABLE ${quoted(table)} (id INT PRIMARY KEY, t TEXT) ENGINE = MyISAM; INSERT INTO ${quoted(table)} VALUES (${index}, '${'x'.repeat(100 * (index + 1))}')`,
          name,
        )
      }
    }
    for (const host of ['localhost', '127.0.0.1']) {
      await sql(`CREATE USER ${user['mysql-user']}@'${host}' IDENTIFIED BY '${user['mysql-password']}'`)
      await sql(`GRANT SELECT ON mysql.proc TO ${user['mysql-user']}@'${host}'`)
      for (const name of names)
        await sql(
          `GRANT SELECT, SHOW VIEW, TRIGGER, EVENT, LOCK TABLES ON ${quoted(name.replaceAll('_', '\\_'))}.* TO ${user['mysql-user']}@'${host}'`,
        )
    }

    const backup = await goodBackup(services, { inputs: { databases: '*', rotation: 'running', ...user } })
    const { manifest, run, main } = backup
    expectOnlyOwnCommands(run, ['non-transactional-tables'])
    expectWholeSummary(main.summary)
    for (const name of names) {
      const artifact = databaseOf(manifest, name)
      expect(artifact.key).toBe(asStored(`running-backups/running.${encodeURIComponent(name)}.database.sql.gz`))
      expect(artifact.content.tables.map(table => table.name).sort()).toEqual([...hostile].sort())
      const target = await freshDatabase(services)
      await importDump(services.mysql.clientConfig, target, await backup.content(artifact))
      expect(await sql(`SELECT LENGTH(t) FROM ${quoted(hostile[3] ?? '')}`, target)).toBe('400\n')
    }

    // A shell reads the commands as they are meant: the names come out of it as they are.
    const told = await tryCommand('bash', [
      '-c',
      `mysql() { printf '%s\\0' "$@"; }; aws() { :; }; age() { :; }; gunzip() { :; }\n${recoveryBlock(main.summary)}`,
    ])
    expect(told).toMatchObject({ code: 0, stderr: '' })
    const words = told.stdout.split('\0')
    for (const name of names) {
      expect(words).toContain(name)
      expect(words.some(word => word.startsWith(`CREATE DATABASE IF NOT EXISTS ${quoted(name)} `))).toBe(true)
    }
    for (const name of names) await sql(`DROP DATABASE ${quoted(name)}`)
  })
})

describe('names of files, and what tools and shells print', () => {
  let sshd: SshdServer
  const sockets: SocketHolder[] = []

  afterEach(async () => {
    for (const socket of sockets.splice(0)) await socket.stop()
    await sshd.stop()
  })

  it('never act as commands either', async () => {
    const base = await freshFolder(services)
    const home = join(base, 'home')
    await mkdir(home)
    const banner = join(base, 'banner')
    const noise = hostile.join('\n')
    await writeFile(banner, `${noise}\n`)
    await writeFile(join(home, 'noise'), `${noise}\n`)
    await writeFile(join(home, '.bashrc'), `cat ~/noise; cat ~/noise >&2; : >~/was-noisy\n`)
    sshd = await startSshd(join(base, 'sshd'), {
      environment: { HOME: home },
      config: [`Banner ${banner}`],
      loginShell: 'bash',
    })

    const folder = join(base, '::warning::web root')
    await mkdir(folder)
    const files = hostile.map(name => name.replaceAll('/', '∕'))
    for (const name of files) await writeFile(join(folder, name), 'x')
    for (const name of ['::error::sock', '##[error]sock', 'a\n::error::sock'])
      sockets.push(await holdSocket(join(folder, name)))

    const backup = await goodBackup(services, {
      inputs: {
        ...sshInputs(sshd),
        paths: folder,
        rotation: 'running',
      },
    })
    expect(existsSync(join(home, 'was-noisy'))).toBe(true)
    expectOnlyOwnCommands(backup.run, ['server-messages'])
    expectWholeSummary(backup.main.summary)
    expect(filesOf(backup.manifest).content.files).toBe(files.length)
  })
})
