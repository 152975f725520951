import { join } from 'node:path'
import { type Finding, problem } from '../../../findings/finding'
import { withProgress } from '../../../pipeline/transfer-progress'
import { plural } from '../../../runtime/text/format-count'
import { localConnection } from '../../../server/local/local-connection'
import { compareTrees } from '../../../sources/files/restore/compare-trees'
import type { RereadFiles } from '../../../sources/files/restore/reread-files'
import { unpackArchive } from '../../../sources/files/restore/unpack-archive'
import { restoreServerOver } from '../../../sources/host/restore-server'
import { asFinding } from './drill-finding'
import type { DrillWork } from './drill-work'

export interface DrilledFiles {
  findings: Finding[]
  unpackMs: number
  /** How many were unpacked and counted. */
  files: number
}

/** Unpacks the archive beside the throwaway server, with the code of a restore, and counts what came of it. */
export async function drillFiles(work: DrillWork): Promise<DrilledFiles | undefined> {
  const { files } = work.point.reread
  if (files === undefined) return undefined
  const { key, content } = files.artifact
  const startedMs = work.runtime.clock.monotonicMs()
  const drilled: DrilledFiles = { findings: [], unpackMs: 0, files: content.files }
  try {
    const differences = await unpackAndCount(files, work, () => {
      drilled.unpackMs = work.runtime.clock.monotonicMs() - startedMs
    })
    if (differences.length > 0) {
      const message = `What was unpacked is not what the archive holds: ${differences.join('; ')}.`
      drilled.findings.push({ ...problem('restored', message), key })
    } else {
      work.runtime.log.info(`The files came out as they were: ${plural(content.files, 'file')}.`)
    }
  } catch (error) {
    drilled.findings.push(asFinding('unpack', key, error, work.signal))
  }
  return drilled
}

async function unpackAndCount(
  files: RereadFiles,
  { runtime, point, signal, folder, variables }: DrillWork,
  onUnpacked: () => void,
): Promise<string[]> {
  const { artifact } = files
  const connection = localConnection({ environment: { PATH: variables['PATH'], HOME: folder } })
  try {
    const server = restoreServerOver(connection)
    const staging = join(folder, 'files')
    const { tools } = await server.targetFacts({ access: {}, databases: [], folders: [staging] })
    await withProgress(runtime, 'unpacking', artifact.bytes, onProgress =>
      unpackArchive(
        { artifact, paths: artifact.paths, staging, owner: 'a drill' },
        { repository: point.repository, server, canDecode: codec => tools.has(codec), signal, onProgress },
      ),
    )
    onUnpacked()
    const trees = artifact.paths.map(path => `${staging}/tree${path}`)
    return compareTrees(files, artifact.paths, await server.countTrees(trees))
  } finally {
    connection.close()
  }
}
