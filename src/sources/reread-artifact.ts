import { type Finding, problem } from '../findings/finding'
import { CheckError } from '../pipeline/check-error'
import { codecsOf } from '../pipeline/codec'
import type { ContentCheck, ContentDigest } from '../pipeline/content-check'
import { digest } from '../pipeline/digest'
import type { Filter } from '../pipeline/filter'
import { inspect } from '../pipeline/inspect'
import { decryption, type ReadRequest, readArtifact } from '../repository/artifact/reader'
import { lookAtArtifact, objectProblem, refusalFinding } from '../repository/catalog/look-at-artifact'
import { plainDigest } from '../repository/encryption/recorded-digest'
import type { Artifact, ArtifactObject } from '../repository/manifest/manifest'
import type { RecoveryPoint, Repository } from '../repository/repository'
import { defined } from '../runtime/defined'
import type { StoredObject } from '../store/store'
import { isArchivedFault, isDenied, isReplacedFault } from '../store/store-error'
import type { Along, ReadAlong } from './along'
import { newestFirst } from './read-joined'
import type { SoundArtifact } from './restore-part'
import { alone, type ChainReader, type StoredReading } from './shared-readings'
import type { ArtifactReading } from './source'

/** The result of reading an object whole. */
export interface Reread<A extends Artifact = Artifact, C extends ContentDigest = ContentDigest> {
  /** With the `etag` of the object that was read, so that a later read gets the same object. */
  artifact: A
  stored: StoredObject | undefined
  /** Empty: the object is what its manifest says, to the byte. */
  findings: Finding[]
  /** Undefined when the object was not read to its end. */
  content: C | undefined
}

/** Those that were read to their end. */
export function soundArtifacts(rereads: readonly Reread[]): SoundArtifact[] {
  return rereads.flatMap(({ artifact, content }) => (content === undefined ? [] : [{ artifact, content }]))
}

/** Receives how much of an object has been read, and how much content that was. */
export type ReadProgress = (storedBytes: number, contentBytes: number) => void

export interface RereadOptions<A extends Artifact, C extends ContentDigest> {
  check: ContentCheck<C>
  compare: ArtifactReading<A, C>['compare']
  signal: AbortSignal
  /** Called around the reading: it may begin to write along. */
  around?: <R>(read: ReadAlong<C, R>) => Promise<R>
  onProgress?: ReadProgress
  /** Before another attempt when a connection broke. */
  pauseMs?: number
  /** How what it builds on is read. */
  reader?: ChainReader
}

/**
 * Reads a stored object whole, in constant memory, and compares it with its manifest: key, size, origin, sha256, and
 * content, with the checks of the backup. Differences are findings. Throws `StoreError` when the store does not answer.
 */
export async function rereadArtifact<A extends Artifact, C extends ContentDigest>(
  point: RecoveryPoint,
  artifact: A,
  options: RereadOptions<A, C>,
): Promise<Reread<A, C>> {
  const { stored, outside, isReadable } = await lookFirst(point, artifact, options.signal)
  if (stored === undefined || !isReadable) {
    return { artifact, stored, findings: outside, content: undefined }
  }
  const seen = { ...artifact, etag: stored.etag }
  const read = (along?: Along<C>) => readThrough(point, seen, options, along)
  const inside = await (options.around === undefined ? read() : options.around(read))
  return { artifact: seen, stored, findings: [...outside, ...inside.findings], content: inside.content }
}

/** The same for what cannot be opened: every byte of its objects, and nothing of the content. */
export async function rereadStored(
  point: RecoveryPoint,
  artifact: Artifact,
  { reader = alone, ...options }: Omit<StoredReading, 'object'> & { reader?: ChainReader },
): Promise<Pick<Reread, 'findings'>> {
  const findings: Finding[] = []
  for (const object of newestFirst(artifact)) {
    const { stored, outside, isReadable } = await lookFirst(point, object, options.signal)
    findings.push(...outside)
    if (stored === undefined || !isReadable) continue
    findings.push(
      ...(await otherStored(point.repository, reader, { object: { ...object, etag: stored.etag }, ...options })),
    )
  }
  return { findings }
}

/** Reads every byte of an object, whatever is in it. */
export async function otherStored(
  repository: Repository,
  reader: ChainReader,
  reading: StoredReading,
): Promise<Finding[]> {
  const { object, signal } = reading
  const read = await orFault(object.key, signal, () => reader.digest(repository, reading))
  if (read instanceof CheckError) throw read
  if (typeof read !== 'string') return [read]
  return read === object.sha256 ? [] : [otherBytes(object, read)]
}

/** What is seen of an object from outside, and whether reading it makes sense. */
export async function lookFirst(point: RecoveryPoint, object: ArtifactObject, signal: AbortSignal) {
  const { stored, findings } = await lookAtArtifact(point, object)
  signal.throwIfAborted()
  // Reading the bytes is better evidence than the ETag.
  const outside = findings.filter(({ code }) => code !== 'changed')
  return {
    stored,
    outside,
    isReadable: !outside.some(({ code }) => code === 'size' || code === 'archived' || code === 'stale'),
  }
}

type Reading<C extends ContentDigest> = Pick<Reread<Artifact, C>, 'findings' | 'content'>

async function readThrough<A extends Artifact, C extends ContentDigest>(
  { repository, recorded = plainDigest }: RecoveryPoint,
  artifact: A,
  options: RereadOptions<A, C>,
  along?: Along<C>,
): Promise<Reading<C>> {
  const check = upTo(artifact.content.bytes, along?.check ?? options.check)
  const passing = defined({ passage: along?.passage, open: decryption(repository, artifact) })
  const inspection = inspect(codecsOf(artifact), check, passing)
  const onProgress = (bytes: number) => options.onProgress?.(bytes, inspection.progress().content.bytes)
  const into = along === undefined ? {} : { into: along.into }
  const read = await readOrFault(repository, artifact, inspection, { ...options, ...into, onProgress })
  if (read instanceof CheckError)
    return { findings: await explainDamage(repository, artifact, read, options), content: undefined }
  if ('code' in read) return { findings: [read], content: undefined }
  const { sha256, content } = read
  return { findings: compareWithManifest(artifact, sha256, options.compare(artifact, content, recorded)), content }
}

/**
 * A few compressed bytes may unpack to any number. What is a little longer than its manifest says is read to its end, for
 * the sake of what can be said of it.
 */
export function upTo<C>(bytes: number, check: ContentCheck<C>): ContentCheck<C> {
  let left = 2 * bytes + 64 * 2 ** 20
  return {
    write: chunk => {
      left -= chunk.length
      if (left < 0) throw new CheckError(`it holds far more than the ${bytes} bytes of content that its manifest says.`)
      check.write(chunk)
    },
    finish: () => check.finish(),
    progress: () => check.progress(),
  }
}

function compareWithManifest(artifact: Artifact, sha256: string, differences: readonly string[]): Finding[] {
  const { key } = artifact
  const findings: Finding[] = []
  if (sha256 !== artifact.sha256) findings.push(otherBytes(artifact, sha256))
  if (differences.length > 0) {
    const message = `"${key}" does not hold what its manifest says: ${differences.join('; ')}.`
    findings.push({ ...problem('content', message), key })
  }
  return findings
}

/** Content that fails its check was damaged after it was stored, or before: the sha256 shows which. */
async function explainDamage(
  repository: Repository,
  artifact: Artifact,
  fault: CheckError,
  { signal, pauseMs }: Pick<ReadRequest<unknown>, 'signal' | 'pauseMs'>,
): Promise<Finding[]> {
  const { key } = artifact
  const read = await readOrFault(repository, artifact, digest(), { signal, pauseMs })
  if (read instanceof CheckError) throw read
  const damage = { ...problem('damaged', `"${key}": ${fault.message}`, fault.advice), key }
  if ('code' in read) return [damage, read]
  if (read.sha256 !== artifact.sha256) return [otherBytes(artifact, read.sha256), damage]
  const what = `"${key}" is to the byte what was stored, and does not pass: ${fault.message}`
  return [{ ...damage, what }]
}

/** That an object is not the one that was stored. */
export function otherBytes(artifact: ArtifactObject, sha256: string): Finding {
  const { key } = artifact
  const what = `"${key}" has another sha256 than its manifest says: ${artifact.sha256} was stored, ${sha256} is there.`
  return objectProblem(artifact, 'checksum', what)
}

/** Returns what is wrong with the object; throws what is wrong with the store. */
async function readOrFault<R>(
  repository: Repository,
  object: ArtifactObject,
  filter: Filter<R>,
  { signal, pauseMs, onProgress, into }: Pick<ReadRequest<R>, 'signal' | 'pauseMs' | 'onProgress' | 'into'>,
): Promise<R | CheckError | Finding> {
  const request = { filter, mayDiffer: true, asStored: true, signal, pauseMs, onProgress, ...defined({ into }) }
  const reading = () => readArtifact(repository, object, request)
  return orFault(object.key, signal, reading)
}

/** What was read, or what is wrong with the object; throws what is wrong with the store. */
export async function orFault<R>(
  key: string,
  signal: AbortSignal,
  read: () => Promise<R>,
): Promise<R | CheckError | Finding> {
  try {
    return await read()
  } catch (error) {
    signal.throwIfAborted()
    if (error instanceof CheckError) return error
    if (isArchivedFault(error)) return refusalFinding('archived', key, error)
    if (isDenied(error)) return refusalFinding('denied', key, error)
    if (isReplacedFault(error)) return refusalFinding('changed', key, error)
    throw error
  }
}
