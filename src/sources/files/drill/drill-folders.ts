import { join } from 'node:path'
import { problem } from '../../../findings/finding'
import { contentBytesOf } from '../../../repository/manifest/kinds/kinds'
import type { FilesArtifact } from '../../../repository/manifest/manifest'
import { plural } from '../../../runtime/text/format-count'
import { printable } from '../../../runtime/text/printable'
import { localConnection } from '../../../server/local/local-connection'
import { asFinding } from '../../drill/drill-finding'
import type { DrillContext, DrillOutcome, DrillPart } from '../../drill/drill-part'
import type { SoundArtifact } from '../../restore-part'
import type { AccountNumber } from '../attributes/acl-text'
import { attributeTools } from '../attributes/attribute-lists'
import type { GivenCounts } from '../attributes/given-lists'
import { attributeKinds } from '../attributes/listed'
import { canGive } from '../attributes/plan-attributes'
import type { ArchiveContent } from '../check/archive-content'
import { type FolderServer, folderServerOver } from '../folder-server'
import { recordedNumbers } from '../owners/target-owners'
import { nothingGiven } from '../restore/left-out'
import type { RereadFiles } from '../restore/reread-files'
import { countUnpacked, unpackArchive } from '../restore/unpack-archive'

/** Unpacks the archive on this machine with the code of a restore, and counts the files. */
export function drillFolders(
  _settings: unknown,
  [files]: readonly SoundArtifact<FilesArtifact, ArchiveContent>[],
): DrillPart {
  return {
    neededBytes: files === undefined ? 0 : contentBytesOf(files.artifact),
    run: context => (files === undefined ? Promise.resolve(nothing) : drillArchive(files, context)),
  }
}

const nothing: DrillOutcome = {
  ...{ findings: [], warnings: [], restoreMs: 0, proof: {} },
  shown: { phases: [], checks: [] },
}

async function drillArchive(files: RereadFiles, context: DrillContext): Promise<DrillOutcome> {
  const { clock, log } = context.runtime
  const { key, content } = files.artifact
  const startedMs = clock.monotonicMs()
  const outcome = { ...nothing, proof: { files: content.files } }
  try {
    const { differences, unpackedMs } = await unpackAndCount(files, context)
    const restoreMs = unpackedMs - startedMs
    const phases = [
      { name: 'Unpack the files', durationMs: restoreMs },
      { name: 'Compare the files', durationMs: clock.monotonicMs() - unpackedMs },
    ]
    const shown = { phases, checks: [] }
    if (differences.length === 0) {
      log.info(`The files were unpacked and are the same: ${plural(content.files, 'file')}.`)
      return { ...outcome, shown, restoreMs }
    }
    const what = `The unpacked files differ from the archive: ${differences.join('; ')}.`
    return { ...outcome, shown, restoreMs, findings: [{ ...problem('restored', what), key }] }
  } catch (error) {
    return { ...outcome, findings: [asFinding('unpack', key, error, context.signal)] }
  }
}

/** `unpackedMs`: when it was unpacked, by the monotonic clock. */
async function unpackAndCount(
  files: RereadFiles,
  { runtime, point, signal, folder, variables }: DrillContext,
): Promise<{ differences: string[]; unpackedMs: number }> {
  const connection = localConnection({ environment: { PATH: variables['PATH'], HOME: folder } })
  try {
    const server = folderServerOver(connection)
    const staging = join(folder, 'files')
    const host = await server.targetFacts({ folders: [staging] })
    const numbers = host.isRoot ? recordedNumbers : undefined
    const kinds = attributeKinds.filter(kind => host.isRoot && canGive(kind, host))
    const attributes = { kinds: new Set(kinds), numberOf: recordedNumber }
    const place = { files, paths: files.artifact.paths, staging, owner: 'a drill' }
    const request = { ...place, given: nothingGiven, numbers, attributes }
    const { repository } = point
    const { content, given } = await unpackArchive(request, { runtime, repository, server, tools: host.tools, signal })
    const unpackedMs = runtime.clock.monotonicMs()
    const { differences } = await countUnpacked(request, content, { server })
    return { differences: [...differences, ...(await giveLists(server, staging, given))], unpackedMs }
  } finally {
    connection.close()
  }
}

/** How what is given differs from what was sent, where this machine takes any at all. */
async function giveLists(server: FolderServer, staging: string, sent: GivenCounts): Promise<string[]> {
  if (sent.lists + sent.attributes === 0) return []
  const there = await server.giveAttributes({ staging })
  return there.flatMap(({ kind, count, said }) =>
    count === 0 || count === sent[kind]
      ? []
      : [
          `${attributeTools[kind].what} of ${count} entries, not ${sent[kind]}${said === '' ? '' : ` (${printable(said)})`}`,
        ],
  )
}

/** In a drill: the number that it has in the archive. */
const recordedNumber: AccountNumber = (_tag, { number }) => ({ number, isByName: false })
