import { checkTarget } from '../../../../src/commands/restore/check-target'
import { chooseParts } from '../../../../src/commands/restore/choose-parts'
import { describeRestore, planLines } from '../../../../src/commands/restore/describe-restore'
import type { RestoreReport } from '../../../../src/commands/restore/restore-report'
import { aRestoreReport } from '../../report/a-restore-report'
import { aDatabase, aManifest, aTable, type FactOptions, rereadOf, someFacts, someInputs } from './a-restore'

/** The report of a restore that was planned and not begun. */
function plan(facts: FactOptions = {}, overrides: Parameters<typeof someInputs>[0] = {}): RestoreReport {
  const manifest = aManifest()
  const inputs = someInputs(overrides)
  const reread = rereadOf(manifest)
  const found = someFacts(facts)
  const report = aRestoreReport({ items: [] })
  const verdict = checkTarget(inputs, chooseParts(inputs, manifest), found, { manifest, reread })
  describeRestore(verdict, { inputs, reread, facts: found }, report)
  return report
}

const filled = aDatabase('shop', { tables: [aTable] })

describe('describeRestore', () => {
  it.each<[string, FactOptions, Parameters<typeof someInputs>[0], string, string]>([
    ['absent', {}, {}, 'is not there', 'it is made'],
    ['empty', { databases: [aDatabase()] }, {}, 'is there and empty', 'it is filled'],
    ['filled', { databases: [filled] }, {}, 'holds 1 table', 'refused, since it is not to be overwritten'],
    [
      'filled, with overwrite',
      { databases: [filled] },
      { overwrite: true },
      'holds 1 table',
      'it is dumped into the bucket, then replaced',
    ],
    [
      'filled, with overwrite and without a dump of it',
      { databases: [filled] },
      { overwrite: true, safetyBackup: false },
      'holds 1 table',
      'it is replaced without a dump of it',
    ],
  ])('says what would become of a database that is %s', (_, facts, inputs, before, becomes) => {
    expect(plan(facts, inputs).items[0]).toMatchObject({
      kind: 'database',
      tables: 2,
      holds: '2 tables, 1 view, 1 trigger, 1 routine, 1 event',
      before,
      becomes,
    })
  })

  it.each<['absent' | 'empty' | 'folder' | 'link' | 'mount' | 'not-a-folder', boolean, string]>([
    ['absent', false, 'it is made'],
    ['empty', false, 'it is made'],
    ['folder', false, 'refused, since it is not to be overwritten'],
    ['mount', true, 'refused, since it is not to be overwritten'],
    ['folder', true, 'it is put aside as /var/www/html.before-restore-…, the restored one takes its place'],
    ['link', true, 'it is put aside as /var/www/html.before-restore-…, the restored one takes its place'],
  ])('says what would become of a place that is %s, with overwrite %s', (state, overwrite, becomes) => {
    expect(plan({ places: [{ state }] }, { overwrite }).items[1]).toMatchObject({
      ...{ kind: 'folder', files: 2521, kept: null, becomes },
      holds: '2,521 files, 300 directories, 2 symbolic links',
    })
  })

  it('says what was looked at', () => {
    expect(plan().checks?.facts).toEqual([
      'The recovery point Monday-13-00 was read whole and is what its manifest says.',
      'Database: mariadb 10.11.19, as root@localhost; mariadb-dump 10.19.',
      'tar: tar 1.0.',
      'The SSH user is root: owners of files are kept.',
    ])
    expect(plan({ isRoot: false }).checks?.facts.at(-1)).toBe('The SSH user is not root.')
  })
})

describe('planLines', () => {
  it('tells what goes where, what is there, and what speaks against it with its mend', () => {
    const lines = planLines(plan({ databases: [filled], isRoot: false }, { databases: ['shop=shop'] }))
    expect(lines.slice(0, 2)).toEqual([
      'database "shop" (2 tables, 1 view, 1 trigger, 1 routine, 1 event) -> "shop", which holds 1 table: refused, since it is not to be overwritten',
      'folder /var/www/html (2,521 files, 300 directories, 2 symbolic links) -> /var/www/html, which is not there: it is made',
    ])
    const wrong = lines.findIndex(line => line.startsWith('error '))
    expect(lines[wrong]).toMatch(/The database "shop" is there/)
    expect(lines[wrong + 1]).toMatch(/^ {8}To replace it/)
    expect(lines.join('\n')).not.toMatch(/a backup needs/i)
  })
})
