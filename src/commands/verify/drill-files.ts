import { join } from 'node:path'
import { localConnection } from '../../drill/local-connection'
import type { VerifyFinding } from '../../report/verify-report'
import { plural } from '../../runtime/format-count'
import type { Compression } from '../../server/compression'
import { restoreServerOver } from '../../server/restore-server'
import { compareTrees } from '../restore/compare-trees'
import type { RereadFiles } from '../restore/reread-parts'
import { unpackArchive } from '../restore/unpack-archive'
import { withProgress } from '../transfer-progress'
import type { DrillWork } from './drill'
import { asFinding } from './drill-finding'

export interface DrilledFiles {
  findings: VerifyFinding[]
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
      drilled.findings.push({ code: 'restored', key, message })
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
  { runtime, store, signal, folder, variables }: DrillWork,
  onUnpacked: () => void,
): Promise<string[]> {
  const { artifact, etag } = files
  const connection = localConnection({ environment: { PATH: variables['PATH'], HOME: folder } })
  try {
    const server = restoreServerOver(connection)
    const staging = join(folder, 'files')
    const { tools } = await server.targetFacts({ access: {}, databases: [], folders: [staging] })
    const decompressors = new Set<Compression>(['none'])
    if (tools.has('gzip')) decompressors.add('gzip')
    if (tools.has('zstd')) decompressors.add('zstd')
    await withProgress(runtime, 'unpacking', artifact.bytes, onProgress =>
      unpackArchive(
        { artifact, etag, paths: artifact.paths, staging, owner: 'a drill' },
        { store, server, decompressors, signal, onProgress },
      ),
    )
    onUnpacked()
    const trees = artifact.paths.map(path => `${staging}/tree${path}`)
    return compareTrees(files, artifact.paths, await server.countTrees(trees))
  } finally {
    connection.close()
  }
}
