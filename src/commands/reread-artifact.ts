import { createHash } from 'node:crypto'
import { Writable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { type Finding, problem } from '../findings/finding'
import { CheckError } from '../pipeline/check-error'
import type { ContentCheck, ContentDigest } from '../pipeline/content-check'
import { type Inspection, inspect } from '../pipeline/inspect'
import {
  type ArtifactPlace,
  lookAtArtifact,
  objectProblem,
  refusalFinding,
} from '../repository/catalog/look-at-artifact'
import type { Artifact } from '../repository/manifest/manifest'
import { compareContent, type StoredContent } from '../sources/compare-content'
import { checkArchive } from '../sources/files/check/archive-check'
import { checkDump } from '../sources/mysql/check/dump-check'
import type { DumpContent } from '../sources/mysql/check/dump-content'
import { steadyRead } from '../store/steady-read'
import type { Store, StoredObject } from '../store/store'
import { isArchivedFault, isDenied, isReplacedFault } from '../store/store-error'

/** What reading an object whole has shown. */
export interface Reread {
  artifact: Artifact
  stored: StoredObject | undefined
  /** Empty: the object is what its manifest says, to the byte. */
  findings: Finding[]
  /** Undefined when the object was not read to its end. */
  content: StoredContent | undefined
  /** Of the object that was read. Who reads it again asks for this very one. */
  etag: string | undefined
}

export interface RereadOptions {
  signal: AbortSignal
  /** By default what the backup checks. */
  check?: ContentCheck<StoredContent>
  /** Called when the reading begins, with what tells how far it is. */
  onStart?: (inspection: Inspection<StoredContent>) => void
  /** Between two attempts to go on where a connection broke. */
  pauseMs?: number
}

/**
 * Reads a stored object whole, in constant memory, and holds it against its manifest: key, size, origin, sha256, the checks of the
 * backup, and everything that the manifest says about its content. Whatever is wrong with the object is a finding. Throws
 * `StoreError` when the store gives no answer, and the signal's reason.
 */
export async function rereadArtifact(
  store: Store,
  place: ArtifactPlace,
  options: RereadOptions,
): Promise<Reread> {
  const { artifact } = place
  const { stored, findings } = await lookAtArtifact(store, place)
  options.signal.throwIfAborted()
  // The bytes tell better than the ETag.
  const outside = findings.filter(({ code }) => code !== 'changed')
  const seen = { artifact, stored, etag: stored?.etag }
  if (stored === undefined || outside.some(({ code }) => code === 'size' || code === 'archived')) {
    return { ...seen, findings: outside, content: undefined }
  }
  const inside = await readThrough(store, artifact, stored, options)
  return { ...seen, findings: [...outside, ...inside.findings], content: inside.content }
}

/** The check of the backup, for an artifact that is read again. */
export function contentCheckOf(artifact: Artifact): ContentCheck<StoredContent> {
  return artifact.kind === 'database'
    ? checkDump({ passes: 'one or two' })
    : checkArchive({ paths: artifact.paths.map(path => path.slice(1)) })
}

type Reading = Pick<Reread, 'findings' | 'content'>

async function readThrough(
  store: Store,
  artifact: Artifact,
  stored: StoredObject,
  options: RereadOptions,
): Promise<Reading> {
  const { compression } = artifact
  const inspection = inspect({ compression, check: options.check ?? contentCheckOf(artifact) })
  options.onStart?.(inspection)
  const nowhere = new Writable({ write: (_chunk, _encoding, done) => done() })
  const fault = await readInto([inspection.stream, nowhere], store, artifact, stored, options)
  if (fault instanceof CheckError) return judgeDamage(store, artifact, stored, fault, options)
  if (fault !== undefined) return { findings: [fault], content: undefined }
  return judgeContent(artifact, inspection.result())
}

function judgeContent(artifact: Artifact, result: ContentDigest & { content: StoredContent }): Reading {
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
async function judgeDamage(
  store: Store,
  artifact: Artifact,
  stored: StoredObject,
  fault: CheckError,
  options: RereadOptions,
): Promise<Reading> {
  const { key } = artifact
  const hash = createHash('sha256')
  const fed = new Writable({
    write(chunk: Buffer, _encoding, done) {
      hash.update(chunk)
      done()
    },
  })
  const other = await readInto([fed], store, artifact, stored, options)
  if (other instanceof CheckError) throw other
  const damage = { ...problem('damaged', `"${key}": ${fault.message}`, fault.advice), key }
  if (other !== undefined) return { findings: [damage, other], content: undefined }
  const sha256 = hash.digest('hex')
  if (sha256 !== artifact.sha256)
    return { findings: [otherBytes(artifact, sha256), damage], content: undefined }
  const what = `"${key}" is to the byte what was stored, and does not pass: ${fault.message}`
  return { findings: [{ ...damage, what }], content: undefined }
}

function otherBytes(artifact: Artifact, sha256: string): Finding {
  const { key } = artifact
  const what = `"${key}" has another sha256 than its manifest says: ${artifact.sha256} was stored, ${sha256} is there.`
  return objectProblem(artifact, 'checksum', what)
}

/** Undefined when all of it went through. What is wrong with the object comes back; what is wrong with the store is thrown. */
async function readInto(
  streams: readonly NodeJS.WritableStream[],
  store: Store,
  { key }: Artifact,
  { etag, sizeBytes }: StoredObject,
  { signal, pauseMs }: RereadOptions,
): Promise<CheckError | Finding | undefined> {
  const body = steadyRead(store, { key, etag, sizeBytes }, pauseMs === undefined ? {} : { pauseMs })
  try {
    await pipeline([body, ...streams], { signal })
    return undefined
  } catch (error) {
    // A pipeline that was told to stop says only that.
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
  store: Store,
  place: ArtifactPlace,
  signal: AbortSignal,
): Promise<DumpContent | undefined> {
  const check = checkDump({ passes: 'one or two', rows: 'layout-free' })
  const { content } = await rereadArtifact(store, place, { signal, check })
  return content !== undefined && 'tables' in content ? content : undefined
}
