import { type Finding, problem } from '../findings/finding'
import { CheckError } from '../pipeline/check-error'
import type { ContentDigest } from '../pipeline/content-check'
import { plainDigest } from '../repository/encryption/recorded-digest'
import { contentBytesOf } from '../repository/manifest/kinds/kinds'
import type { Artifact } from '../repository/manifest/manifest'
import type { RecoveryPoint, Repository } from '../repository/repository'
import type { StoredObject } from '../store/store'
import { newestFirst, readJoined } from './read-joined'
import {
  lookFirst,
  orFault,
  otherBytes,
  otherStored,
  type Reread,
  type RereadOptions,
  rereadArtifact,
  upTo,
} from './reread-artifact'
import { alone } from './shared-readings'
import type { ArtifactReading } from './source'

export interface RereadWholeOptions<A extends Artifact, C extends ContentDigest> extends RereadOptions<A, C> {
  /** Of what builds on others. */
  join: ArtifactReading<A, C>['join']
}

/** The same as `rereadArtifact`, with all that an artifact builds on. */
export async function rereadWhole<A extends Artifact, C extends ContentDigest>(
  point: RecoveryPoint,
  artifact: A,
  options: RereadWholeOptions<A, C>,
): Promise<Reread<A, C>> {
  if (artifact.chain === undefined) return rereadArtifact(point, artifact, options)
  const looks = []
  for (const object of newestFirst(artifact)) looks.push(await lookFirst(point, object, options.signal))
  const findings = looks.flatMap(({ outside }) => outside)
  const [own, ...below] = looks.map(({ stored }) => stored)
  if (own === undefined || below.includes(undefined) || !looks.every(({ isReadable }) => isReadable))
    return { artifact, stored: own, findings, content: undefined }
  const seen = withETags(artifact, own, below.toReversed())
  const inside = await readThrough(point, seen, options)
  return { artifact: seen, stored: own, findings: [...findings, ...inside.findings], content: inside.content }
}

function withETags<A extends Artifact>(
  artifact: A,
  own: StoredObject,
  chain: readonly (StoredObject | undefined)[],
): A {
  return {
    ...artifact,
    etag: own.etag,
    ...(artifact.chain && { chain: artifact.chain.map((object, at) => ({ ...object, etag: chain[at]?.etag ?? '' })) }),
  }
}

async function readThrough<A extends Artifact, C extends ContentDigest>(
  { repository, recorded = plainDigest }: RecoveryPoint,
  artifact: A,
  options: RereadWholeOptions<A, C>,
): Promise<Pick<Reread<A, C>, 'findings' | 'content'>> {
  const { join, compare, signal, onProgress, pauseMs, reader = alone } = options
  if (join === undefined) throw new TypeError('This kind of artifact never builds on another one.')
  const joiner = join(artifact)
  const check = upTo(contentBytesOf(artifact), options.check)
  const reading = async () => {
    const digests = await readJoined(repository, artifact, joiner, {
      ...{ signal, pauseMs, reader, mayDiffer: true, write: (piece: Buffer) => check.write(piece) },
      onProgress: bytes => onProgress?.(bytes, check.progress().bytes),
    })
    return { digests, content: check.finish() }
  }
  const read = await orFault(artifact.key, signal, () => reader.admit(joiner.names, signal, reading))
  if (read instanceof CheckError)
    return { findings: await explainDamage(repository, artifact, read, options), content: undefined }
  if ('code' in read) return { findings: [read], content: undefined }
  const { digests, content } = read
  const findings = otherDigests(artifact, digests)
  const differences = compare(artifact, content, recorded)
  if (differences.length > 0) {
    const message = `"${artifact.key}" and what it builds on do not hold what the manifest says: ${differences.join('; ')}.`
    findings.push({ ...problem('content', message), key: artifact.key })
  }
  return { findings, content }
}

function otherDigests(artifact: Artifact, digests: readonly string[]): Finding[] {
  return newestFirst(artifact).flatMap((object, index) => {
    const found = digests[index] ?? ''
    return found === object.sha256 ? [] : [otherBytes(object, found)]
  })
}

/** Which of the objects was damaged after it was stored, if any. */
async function explainDamage<A extends Artifact, C extends ContentDigest>(
  repository: Repository,
  artifact: A,
  fault: CheckError,
  { signal, pauseMs, reader = alone }: RereadWholeOptions<A, C>,
): Promise<Finding[]> {
  const { key } = artifact
  const damage = { ...problem('damaged', `"${key}" and what it builds on: ${fault.message}`, fault.advice), key }
  const others: Finding[] = []
  for (const object of newestFirst(artifact))
    others.push(...(await otherStored(repository, reader, { object, signal, pauseMs })))
  return [...others, damage]
}
