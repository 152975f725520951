import { join } from 'node:path'
import { problem } from '../../../findings/finding'
import type { FilesArtifact } from '../../../repository/manifest/manifest'
import { plural } from '../../../runtime/text/format-count'
import { localConnection } from '../../../server/local/local-connection'
import { asFinding } from '../../drill/drill-finding'
import type { DrillContext, DrillOutcome, DrillPart } from '../../drill/drill-part'
import type { SoundArtifact } from '../../restore-part'
import type { ArchiveContent } from '../check/archive-content'
import { folderServerOver } from '../folder-server'
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
    neededBytes: files?.artifact.content.bytes ?? 0,
    run: context => (files === undefined ? Promise.resolve(nothing) : drillArchive(files, context)),
  }
}

const nothing: DrillOutcome = { findings: [], warnings: [], restoreMs: 0, proof: {} }

async function drillArchive(files: RereadFiles, context: DrillContext): Promise<DrillOutcome> {
  const { clock, log } = context.runtime
  const { key, content } = files.artifact
  const startedMs = clock.monotonicMs()
  const outcome = { ...nothing, proof: { files: content.files } }
  try {
    const { differences, unpackedMs } = await unpackAndCount(files, context)
    const restoreMs = unpackedMs - startedMs
    if (differences.length === 0) {
      log.info(`The files were unpacked and are the same: ${plural(content.files, 'file')}.`)
      return { ...outcome, restoreMs }
    }
    const what = `The unpacked files differ from the archive: ${differences.join('; ')}.`
    return { ...outcome, restoreMs, findings: [{ ...problem('restored', what), key }] }
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
    const { tools, isRoot } = await server.targetFacts({ folders: [staging] })
    const numbers = isRoot ? recordedNumbers : undefined
    const request = { files, paths: files.artifact.paths, staging, owner: 'a drill', given: nothingGiven, numbers }
    const content = await unpackArchive(request, { runtime, repository: point.repository, server, tools, signal })
    const unpackedMs = runtime.clock.monotonicMs()
    return { differences: (await countUnpacked(request, content, { server })).differences, unpackedMs }
  } finally {
    connection.close()
  }
}
