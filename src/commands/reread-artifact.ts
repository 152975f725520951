import { type Finding, problem } from '../findings/finding'
import { CheckError } from '../pipeline/check-error'
import { codecsOf } from '../pipeline/codec'
import type { ContentCheck, ContentDigest } from '../pipeline/content-check'
import { digest } from '../pipeline/digest'
import type { Filter } from '../pipeline/filter'
import { inspect } from '../pipeline/inspect'
import { type ReadRequest, readArtifact } from '../repository/artifact/reader'
import { lookAtArtifact, objectProblem, refusalFinding } from '../repository/catalog/look-at-artifact'
import type { Artifact } from '../repository/manifest/manifest'
import type { RecoveryPoint, Repository } from '../repository/repository'
import { compareContent, type StoredContent } from '../sources/compare-content'
import { checkArchive } from '../sources/files/check/archive-check'
import { checkDump } from '../sources/mysql/check/dump-check'
import type { DumpContent } from '../sources/mysql/check/dump-content'
import type { StoredObject } from '../store/store'
import { isArchivedFault, isDenied, isReplacedFault } from '../store/store-error'

/** What reading an object whole has shown. */
export interface Reread {
  /** Its `etag` is that of the object that is there: who reads it again asks for this very one. */
  artifact: Artifact
  stored: StoredObject | undefined
  /** Empty: the object is what its manifest says, to the byte. */
  findings: Finding[]
  /** Undefined when the object was not read to its end. */
  content: StoredContent | undefined
}

/** Told how much of an object has been read, and how much content that was. */
export type ReadProgress = (storedBytes: number, contentBytes: number) => void

export interface RereadOptions {
  signal: AbortSignal
  /** By default what the backup checks. */
  check?: ContentCheck<StoredContent>
  onProgress?: ReadProgress
  /** Between two attempts to go on where a connection broke. */
  pauseMs?: number
}

/**
 * Reads a stored object whole, in constant memory, and holds it against its manifest: key, size, origin, sha256, the checks of the
 * backup, and everything that the manifest says about its content. Whatever is wrong with the object is a finding. Throws
 * `StoreError` when the store gives no answer, and the signal's reason.
 */
export async function rereadArtifact(
  point: RecoveryPoint,
  artifact: Artifact,
  options: RereadOptions,
): Promise<Reread> {
  const { stored, findings } = await lookAtArtifact(point, artifact)
  options.signal.throwIfAborted()
  // The bytes tell better than the ETag.
  const outside = findings.filter(({ code }) => code !== 'changed')
  if (stored === undefined || outside.some(({ code }) => code === 'size' || code === 'archived')) {
    return { artifact, stored, findings: outside, content: undefined }
  }
  const seen = { ...artifact, etag: stored.etag }
  const inside = await readThrough(point.repository, seen, options)
  return { artifact: seen, stored, findings: [...outside, ...inside.findings], content: inside.content }
}

/** The check of the backup, for an artifact that is read again. */
function contentCheckOf(artifact: Artifact): ContentCheck<StoredContent> {
  return artifact.kind === 'database'
    ? checkDump({ passes: 'one or two' })
    : checkArchive({ paths: artifact.paths.map(path => path.slice(1)) })
}

type Reading = Pick<Reread, 'findings' | 'content'>

async function readThrough(
  repository: Repository,
  artifact: Artifact,
  options: RereadOptions,
): Promise<Reading> {
  const inspection = inspect(codecsOf(artifact), options.check ?? contentCheckOf(artifact))
  const onProgress = (bytes: number) => options.onProgress?.(bytes, inspection.progress().content.bytes)
  const read = await readOrFault(repository, artifact, inspection, { ...options, onProgress })
  if (read instanceof CheckError) return explainDamage(repository, artifact, read, options)
  if ('code' in read) return { findings: [read], content: undefined }
  return compareWithManifest(artifact, read)
}

function compareWithManifest(
  artifact: Artifact,
  result: ContentDigest & { content: StoredContent },
): Reading {
  const { key } = artifact
  const { content } = result
  const differences = compareContent(artifact, content).join('; ')
  const findings: Finding[] = []
  if (result.sha256 !== artifact.sha256) findings.push(otherBytes(artifact, result.sha256))
  if (differences !== '') {
    const message = `"${key}" does not hold what its manifest says: ${differences}.`
    findings.push({ ...problem('content', message), key })
  }
  return { findings, content }
}

/** Content that does not pass was either damaged since it was stored, or was no better then: the sha256 tells. */
async function explainDamage(
  repository: Repository,
  artifact: Artifact,
  fault: CheckError,
  { signal, pauseMs }: RereadOptions,
): Promise<Reading> {
  const { key } = artifact
  const read = await readOrFault(repository, artifact, digest(), { signal, pauseMs })
  if (read instanceof CheckError) throw read
  const damage = { ...problem('damaged', `"${key}": ${fault.message}`, fault.advice), key }
  if ('code' in read) return { findings: [damage, read], content: undefined }
  if (read.sha256 !== artifact.sha256)
    return { findings: [otherBytes(artifact, read.sha256), damage], content: undefined }
  const what = `"${key}" is to the byte what was stored, and does not pass: ${fault.message}`
  return { findings: [{ ...damage, what }], content: undefined }
}

function otherBytes(artifact: Artifact, sha256: string): Finding {
  const { key } = artifact
  const what = `"${key}" has another sha256 than its manifest says: ${artifact.sha256} was stored, ${sha256} is there.`
  return objectProblem(artifact, 'checksum', what)
}

/** What is wrong with the object comes back; what is wrong with the store is thrown. */
async function readOrFault<R>(
  repository: Repository,
  artifact: Artifact,
  filter: Filter<R>,
  { signal, pauseMs, onProgress }: Pick<ReadRequest<R>, 'signal' | 'pauseMs' | 'onProgress'>,
): Promise<R | CheckError | Finding> {
  const { key } = artifact
  try {
    return await readArtifact(repository, artifact, { filter, mayDiffer: true, signal, pauseMs, onProgress })
  } catch (error) {
    signal.throwIfAborted()
    if (error instanceof CheckError) return error
    if (isArchivedFault(error)) return refusalFinding('archived', key, error)
    if (isDenied(error)) return refusalFinding('denied', key, error)
    if (isReplacedFault(error)) return refusalFinding('changed', key, error)
    throw error
  }
}

/** Reads a stored dump once more, with rows that do not depend on the layout of a dump. Undefined when it could not be read to its end. */
export async function rereadLayoutFree(
  point: RecoveryPoint,
  artifact: Artifact,
  signal: AbortSignal,
): Promise<DumpContent | undefined> {
  const check = checkDump({ passes: 'one or two', rows: 'layout-free' })
  const { content } = await rereadArtifact(point, artifact, { signal, check })
  return content !== undefined && 'tables' in content ? content : undefined
}
