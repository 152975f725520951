import { keyFileNote } from '../../pipeline/codec'
import { newObjectsOf } from '../../repository/artifact/objects'
import { type ArtifactBaseline, type Baseline, baselineOf, sameSource } from '../../repository/guards/baseline'
import { compareWith } from '../../repository/guards/changes'
import { contentBytesOf } from '../../repository/manifest/kinds/kinds'
import type { Artifact, Manifest } from '../../repository/manifest/manifest'
import { slotKeys } from '../../repository/names/keys'
import type { Repository } from '../../repository/repository'
import { defined } from '../../runtime/defined'
import { type AnySource, sourceOf, sources } from '../../sources/registry'
import { fetchCommand } from '../../store/s3/fetch-command'
import type { ReportedStore } from '../run-facts'
import type { Prepared } from './prepare'
import type { ReportedArtifact, ReportedTables, StoredPoint } from './run-report'

/** What is stored now, next to what was stored the last time. `place`: how `aws` reaches it. */
export function describePublished(
  manifest: Manifest,
  { prefix, signer }: Repository,
  facts: { prepared: Prepared; baseline: Baseline | undefined; place: ReportedStore },
): StoredPoint {
  const { prepared, baseline, place } = facts
  const { artifacts } = manifest
  const notes = prepared.flat().map(taken => taken.notes ?? [])
  const now = baselineOf(manifest)
  return {
    finishedAt: new Date(manifest.finishedAt),
    artifacts: artifacts.map((artifact, index) => {
      const own = now.artifacts[index]
      const reported = reportedArtifact(artifact, own && sameSource(baseline, own))
      return { ...reported, notes: [...(reported.notes ?? []), ...(notes[index] ?? [])] }
    }),
    sentBytes: sentBytesOf(prepared),
    ...{ taken: takenOf(artifacts), manifestKey: slotKeys(prefix, manifest.slot).manifest },
    ...defined({
      signer: signer?.publicKey,
      tables: tablesOf(artifacts),
      skew: skewOf(prepared),
      edited: prepared.flat().find(({ edited }) => edited !== undefined)?.edited,
      changes: baseline && compareWith(baseline, now),
    }),
    recovery: recoveryOf(artifacts, place),
  }
}

function sentBytesOf(prepared: Prepared): number {
  const artifacts = prepared.flat().map(({ artifact }) => artifact)
  return newObjectsOf({ artifacts }).reduce((sum, { bytes }) => sum + bytes, 0)
}

/** The artifacts of each source that has any. */
function bySource(artifacts: readonly Artifact[]): { source: AnySource; own: Artifact[] }[] {
  return sources
    .map(source => ({ source, own: artifacts.filter(({ kind }) => kind === source.kind) }))
    .filter(({ own }) => own.length > 0)
}

function takenOf(artifacts: readonly Artifact[]): string {
  return bySource(artifacts)
    .map(({ source, own }) => source.words.all(own))
    .join(' and ')
}

const largestShown = 10

/** The largest parts of the artifacts, for sources that list parts. */
function tablesOf(artifacts: readonly Artifact[]): ReportedTables | undefined {
  const all = bySource(artifacts).flatMap(({ source: { words }, own }) =>
    own.flatMap(artifact =>
      words.parts(artifact).map(({ name, bytes, rows }) => ({
        name: own.length > 1 ? `${words.origins(artifact)[0]}.${name}` : name,
        ...{ bytes, ...defined({ rows }) },
      })),
    ),
  )
  if (all.length === 0) return undefined
  const largest = all.sort((one, other) => other.bytes - one.bytes).slice(0, largestShown)
  return { total: all.length, largest }
}

/** Between the first artifacts of the sources. */
function skewOf(prepared: Prepared): StoredPoint['skew'] {
  const firsts = prepared.flatMap(taken => taken[0] ?? [])
  if (firsts.length < 2) return undefined
  const moments = firsts.map(({ moment }) => moment.getTime())
  const titles = firsts.map(({ artifact }) => sourceOf(artifact).words.title)
  return {
    of: titles.map((title, index) => (index === 0 ? title : title.toLowerCase())).join(' and '),
    seconds: (Math.max(...moments) - Math.min(...moments)) / 1000,
  }
}

function recoveryOf(artifacts: readonly Artifact[], place: ReportedStore) {
  const notes = bySource(artifacts).map(({ source }) => source.words.recoveryNote)
  return {
    commands: artifacts.flatMap(artifact =>
      sourceOf(artifact).words.recovery(artifact, key => fetchCommand(place, key)),
    ),
    // That of the last source needs the most.
    note: `${notes.at(-1) ?? ''}${keyFileNote(artifacts.map(({ key }) => key))}`,
  }
}

function reportedArtifact(artifact: Artifact, previous: ArtifactBaseline | undefined): ReportedArtifact {
  const { name, key, bytes, sha256, startedAt, finishedAt } = artifact
  const { words } = sourceOf(artifact)
  return {
    ...{ name, origins: words.origins(artifact), key, bytes, sha256 },
    contentBytes: contentBytesOf(artifact),
    counts: words.counts(artifact),
    notes: words.notes?.(artifact) ?? [],
    durationMs: Date.parse(finishedAt) - Date.parse(startedAt),
    ...(previous === undefined ? {} : { previous: { bytes: previous.bytes, contentBytes: previous.contentBytes } }),
  }
}
