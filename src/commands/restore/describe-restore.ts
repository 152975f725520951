import { preflightLines } from '../../findings/preflight'
import type { RestoreInputs } from '../../inputs/restore'
import { plural } from '../../runtime/text/format-count'
import { folderContent } from '../../sources/files/restore/reread-files'
import type { PlannedFolder } from '../../sources/files/target/planned-folder'
import type { TargetFacts } from '../../sources/host/parse-target'
import { databaseCounts } from '../../sources/mysql/dump/database-counts'
import { holdings, type PlannedDatabase } from '../../sources/mysql/target/planned-database'
import type { TargetVerdict } from './check-target'
import type { RereadParts } from './reread-parts'
import type { RestoredItem, RestoreReport } from './restore-report'

/** Fills the report with what would be replaced by what, and with what speaks against it. */
export function describeRestore(
  verdict: TargetVerdict,
  { inputs, reread, facts }: { inputs: RestoreInputs; reread: RereadParts; facts: TargetFacts },
  report: RestoreReport,
): void {
  report.items = [
    ...verdict.databases.map(planned => describeDatabase(planned, inputs)),
    ...verdict.folders.map(planned => describeFolder(planned, reread, inputs)),
  ]
  report.checks = { findings: verdict.findings, facts: describeServer(facts, report) }
}

/** The plan as lines for the log. */
export function planLines({ items, checks }: Pick<RestoreReport, 'items' | 'checks'>): string[] {
  return [
    ...items.map(item => {
      const source =
        item.kind === 'database' ? `database ${JSON.stringify(item.database)}` : `folder ${item.path}`
      const name = item.kind === 'database' ? JSON.stringify(item.target) : item.target
      return `${source} (${item.holds}) -> ${name}, which ${item.before}: ${item.becomes}`
    }),
    ...(checks === undefined ? [] : preflightLines(checks).slice(0, -1)),
  ]
}

function describeDatabase(
  { artifact, target, state, present }: PlannedDatabase,
  inputs: RestoreInputs,
): RestoredItem {
  const { content } = artifact
  const isReplaced = state === 'filled'
  return {
    kind: 'database',
    database: artifact.database,
    target,
    bytes: artifact.bytes,
    tables: content.tables.length,
    holds: databaseCounts({ ...content, tables: content.tables.length })
      .filter(count => !count.startsWith('0 '))
      .join(', '),
    before:
      present === undefined
        ? 'is not there'
        : isReplaced
          ? `holds ${holdings(present)}`
          : 'is there and empty',
    becomes:
      state === 'absent'
        ? 'it is made'
        : state === 'empty'
          ? 'it is filled'
          : !inputs.overwrite
            ? 'refused, since it is not to be overwritten'
            : inputs.safetyBackup
              ? 'it is dumped into the bucket, then replaced'
              : 'it is replaced without a dump of it',
  }
}

function describeFolder(
  { path, target, state }: PlannedFolder,
  { files }: RereadParts,
  { overwrite }: RestoreInputs,
): RestoredItem {
  const told = files && folderContent(files, path)
  const before: Record<PlannedFolder['state'], string> = {
    absent: 'is not there',
    empty: 'is there and empty',
    folder: 'is there and not empty',
    link: 'is there, as a symbolic link',
    mount: 'is where a disk is mounted',
    'not-a-folder': 'is there, and no folder',
  }
  return {
    kind: 'folder',
    path,
    target,
    bytes: files?.artifact.bytes ?? 0,
    files: told?.files ?? 0,
    holds:
      told === undefined
        ? ''
        : `${plural(told.files, 'file')}, ${plural(told.directories, 'directory', 'directories')}, ${plural(told.links, 'symbolic link')}`,
    before: before[state],
    becomes:
      state === 'absent' || state === 'empty'
        ? 'it is made'
        : !overwrite || state === 'mount'
          ? 'refused, since it is not to be overwritten'
          : `it is put aside as ${target}.before-restore-…, the restored one takes its place`,
    kept: null,
  }
}

function describeServer({ tools, database, isRoot }: TargetFacts, report: RestoreReport): string[] {
  const server = database?.found.inventory
  return [
    ...(report.snapshot === undefined
      ? []
      : [`The recovery point ${report.snapshot.name} was read whole and is what its manifest says.`]),
    ...(server === undefined
      ? []
      : [
          `Database: ${server.server.flavor} ${server.server.version}, as ${server.user}; ${server.dumpTool}.`,
        ]),
    ...(tools.has('tar') ? [`tar: ${tools.get('tar')}.`] : []),
    isRoot ? 'The SSH user is root: owners of files are kept.' : 'The SSH user is not root.',
  ]
}
