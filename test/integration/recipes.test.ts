import { execFileSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { mkdir, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { buffer } from 'node:stream/consumers'
import { parse } from 'yaml'
import { z } from 'zod'
import { loadBackupInputs } from '../../src/inputs/backup'
import { folderServerOver } from '../../src/sources/files/folder-server'
import { selectTables } from '../../src/sources/mysql/inventory/table-selection'
import { localShell } from '../servers/processes/local-shell'
import { freshFolder, testServices } from '../servers/test-services'
import { recordingRuntime } from '../unit/recording-runtime'

const page = readFileSync(join(__dirname, '../../docs/recipes.md'), 'utf8')

/** Each `## heading` with its inputs and what comes of a tree and of tables like those of the program. */
const recipes = page.split(/^## /m).flatMap(section => {
  const [, inputs = ''] = /^```yaml\n([\s\S]*?)^```$/m.exec(section) ?? []
  const [, outcome = ''] = /^```text\n([\s\S]*?)^```$/m.exec(section) ?? []
  return inputs === '' ? [] : [{ name: section.split('\n')[0] ?? '', inputs, outcome }]
})

const good = {
  'ssh-host': 'web1.example.com',
  'ssh-user': 'root',
  'ssh-password': 'correct horse',
  'ssh-known-hosts': 'SHA256:nThbg6kXUpJWGl7E1IGOCspRomTxdCARLviKw6E5SY8',
  's3-bucket': 'acme-backups',
  's3-region': 'eu-central-1',
}

const services = testServices()

it('the page has recipes for six programs', () => {
  expect(recipes.map(({ name }) => name)).toEqual(['WordPress', 'Drupal', 'Laravel', 'Magento', 'cPanel', 'Plesk'])
})

it.each(recipes)('the recipe for $name keeps and leaves out what it says', async ({ inputs, outcome }) => {
  const lines = outcome
    .trim()
    .split('\n')
    .map(line => line.split(/\s+/))
  const named = (word: string) => lines.flatMap(([first, name = '']) => (first === word ? [name] : []))
  const folder = await freshFolder(services)
  const given = z.record(z.string(), z.string()).parse(parse(inputs))
  const moved = inputs.replaceAll(given['paths'] ?? '/', `${folder}${given['paths']}`)
  const { files, tables } = loadBackupInputs(
    recordingRuntime({ inputs: { ...good, ...z.record(z.string(), z.string()).parse(parse(moved)) } }),
    {},
  )
  for (const name of [...named('keeps'), ...named('drops')]) {
    const path = join(folder, name)
    await mkdir(name.endsWith('/') ? path : dirname(path), { recursive: true })
    if (!name.endsWith('/')) await writeFile(path, name)
  }
  const kept = await archived(files, folder)
  expect(named('keeps').filter(name => !kept.includes(`${folder}${name}`))).toEqual([])
  expect(named('drops').filter(name => kept.includes(`${folder}${name}`))).toEqual([])
  expect(named('drops').length).toBeGreaterThan(2)
  // A pattern that leaves nothing out here is one that nobody has tried.
  const wasted = files.exclude.filter(pattern =>
    isNeverUsed(
      pattern,
      [...named('drops')].map(name => `${folder}${name}`),
    ),
  )
  expect(wasted).toEqual([])

  const all = [...named('rows'), ...named('structure')]
  const database = {
    ...{ name: given['databases'] ?? '', characterSet: 'utf8mb4', collation: 'utf8mb4_bin' },
    ...{ triggers: [], routines: [], events: [], definers: [], ambiguous: [] },
    tables: all.map(name => ({ name, kind: 'table' as const, engine: 'InnoDB', sizeBytes: 1 })),
  }
  expect([...selectTables(tables, database).structureOnly].sort()).toEqual(named('structure').sort())
})

async function archived(
  files: { paths: readonly string[]; exclude: readonly string[] },
  folder: string,
): Promise<string[]> {
  const connection = localShell(['dash'], { PATH: process.env['PATH'], HOME: folder })
  try {
    const job = await folderServerOver(connection).openArchive({
      ...{ paths: files.paths, exclude: files.exclude, mirrorDir: join(folder, 'mirror'), allowEmpty: false },
      ...{ compression: { kind: 'none' }, owner: 'this run', user: 'sitebackup', lock: 'a1', compare: '' },
      onReport: () => {},
      signal: new AbortController().signal,
    })
    const tar = await buffer(job.body)
    await job.done
    return execFileSync('tar', ['-tf', '-'], { input: tar })
      .toString()
      .trimEnd()
      .split('\n')
      .map(name => `/${name}`)
  } finally {
    connection.close()
  }
}

function isNeverUsed(pattern: string, dropped: readonly string[]): boolean {
  const parts = pattern.split('*').map(part => part.replace(/[.+?^${}()|[\]\\]/g, '\\$&'))
  const matching = new RegExp(`${pattern.startsWith('/') ? '^' : '(^|/)'}${parts.join('[^/]*')}`)
  return !dropped.some(name => matching.test(name))
}
