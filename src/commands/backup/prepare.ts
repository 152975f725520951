import { type Finding, warning } from '../../findings/finding'
import { listed } from '../../findings/listed'
import type { BackupInputs } from '../../inputs/backup'
import { codecsOf } from '../../pipeline/codec'
import { checkArchive } from '../../sources/files/check/archive-check'
import type { ArchiveContent } from '../../sources/files/check/archive-content'
import { compareArchive } from '../../sources/files/check/compare-archive'
import type { Server } from '../../sources/host/server'
import { checkDump } from '../../sources/mysql/check/dump-check'
import type { DumpContent } from '../../sources/mysql/check/dump-content'
import { confirmDump } from '../../sources/mysql/dump/confirm-dump'
import type { DatabasePlan } from '../../sources/mysql/plan/plan-database'
import type { PutOptions } from '../../store/store'
import { type StreamContext, type StreamedArtifact, streamArtifact } from '../stream-artifact'
import type { BackupPlan } from './plan/plan-backup'

/** Everything that is prepared for one recovery point; nothing of it is visible yet. */
export interface Prepared {
  databases: { plan: DatabasePlan; artifact: StreamedArtifact<DumpContent> }[]
  files: PreparedFiles | undefined
  warnings: Finding[]
}

/** `mirroredAt`: when rsync had read the last of the live files. */
interface PreparedFiles extends StreamedArtifact<ArchiveContent> {
  mirroredAt: Date
}

export interface PrepareRequest {
  inputs: BackupInputs
  plan: BackupPlan
  server: Server
  /** Said to others who find the mirror's lock taken. */
  owner: string
  put: PutOptions
  /** The size an artifact had in the last good recovery point. */
  lastBytes(name: string): number | undefined
}

/**
 * Streams the databases, one after another so that the server feels only one dump, and the files beside them. The first failure
 * stops everything else and is the one that is thrown.
 */
export async function prepare(request: PrepareRequest, context: StreamContext): Promise<Prepared> {
  const failed = new AbortController()
  const shared: StreamContext = { ...context, signal: AbortSignal.any([context.signal, failed.signal]) }
  const orStopTheOthers = <T>(lane: Promise<T>): Promise<T> =>
    lane.catch(error => {
      failed.abort(error)
      throw error
    })
  const lanes = [
    orStopTheOthers(databaseLane(request, shared)),
    orStopTheOthers(filesLane(request, shared)),
  ] as const
  await Promise.allSettled(lanes)
  shared.signal.throwIfAborted()
  const [databases, files] = await Promise.all(lanes)
  return {
    databases,
    files,
    warnings: [
      ...databases.flatMap(({ artifact }) => toolWarnings(artifact)),
      ...(files === undefined ? [] : toolWarnings(files)),
    ],
  }
}

async function databaseLane(request: PrepareRequest, context: StreamContext): Promise<Prepared['databases']> {
  const prepared: Prepared['databases'] = []
  for (const plan of request.plan.databases) {
    const artifact = await streamDatabase(request, plan, context)
    await confirmDump(request, plan, artifact.content)
    prepared.push({ plan, artifact })
  }
  return prepared
}

function streamDatabase(
  { inputs, server, put, lastBytes }: PrepareRequest,
  plan: DatabasePlan,
  context: StreamContext,
): Promise<StreamedArtifact<DumpContent>> {
  return streamArtifact(
    {
      name: plan.name,
      key: plan.key,
      codecs: codecsOf({ compression: inputs.compression.kind }),
      check: checkDump({ passes: plan.arguments.structure.length > 0 ? 2 : 1 }),
      put,
      open: async signal => ({
        job: await server.openDump({
          access: inputs.mysql,
          database: plan.listed.name,
          arguments: plan.arguments,
          compression: inputs.compression,
          signal,
        }),
        expectedBytes: Math.max(lastBytes(plan.name) ?? 0, plan.expectedBytes),
      }),
    },
    context,
  )
}

async function filesLane(
  request: PrepareRequest,
  context: StreamContext,
): Promise<PreparedFiles | undefined> {
  const { inputs, plan, server, owner, put } = request
  const { files } = plan
  if (files === undefined) return undefined
  const { paths, exclude, mirrorDir, bandwidthLimit } = inputs.files
  let mirroredAt = context.clock.now()
  const artifact = await streamArtifact(
    {
      name: files.name,
      key: files.key,
      codecs: codecsOf({ compression: inputs.compression.kind }),
      check: checkArchive({ paths: paths.map(path => path.slice(1)) }),
      put,
      open: async signal => {
        let sizeBytes: number | undefined
        let mirrored = () => {}
        const readyToArchive = new Promise<void>(resolve => {
          mirrored = resolve
        })
        const job = await server.openArchive({
          paths,
          exclude,
          mirrorDir,
          ...(bandwidthLimit === undefined ? {} : { bandwidthLimit }),
          allowEmpty: inputs.allowEmpty,
          compression: inputs.compression,
          owner,
          signal,
          onReport: ({ word, value }) => {
            if (word === 'size' && value !== '') sizeBytes = Number.parseInt(value, 10)
            if (word !== 'phase' || value !== 'tar') return
            mirroredAt = context.clock.now()
            mirrored()
          },
        })
        // The mirror tells the archive's size, and the upload's parts are cut by it.
        await Promise.race([readyToArchive, job.done])
        return { job, expectedBytes: sizeBytes }
      },
    },
    context,
  )
  compareArchive(artifact.content, artifact.report.counts, { allowEmpty: inputs.allowEmpty })
  return { ...artifact, mirroredAt }
}

/** What a tool printed although it succeeded, and what it skipped: told, but no reason to doubt the artifact. */
function toolWarnings({ name, report }: StreamedArtifact<unknown>): Finding[] {
  const { messages, statuses } = report
  const told = listed(messages, 5)
  if (statuses.get('rsync') === 24)
    return [
      warning('files-vanished', `Files vanished while rsync read them, as happens on a live site: ${told}`),
    ]
  if (statuses.get('tar') === 1)
    return [warning('files-changed', `Files changed while tar read them: ${told}`)]
  if (messages.length === 0) return []
  return [warning('server-messages', `The tools on the server said about ${name}: ${told}`)]
}
