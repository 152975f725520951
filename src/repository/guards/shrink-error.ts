import { type Finding, warning } from '../../findings/finding'
import { listed, listedLines } from '../../findings/listed'
import { quotedName } from '../../findings/quoted-name'
import { UserError } from '../../runtime/errors'
import { formatCount, plural } from '../../runtime/text/format-count'
import { formatSize } from '../../runtime/text/format-size'
import { titleOf } from '../../runtime/text/title-of'
import { type Kind, manyOf } from '../manifest/kinds/kind'
import { type Artifact, kinds } from '../manifest/kinds/kinds'
import type { ShrinkVerdict } from './shrink'
import type { ShrinkFinding } from './shrink-finding'

/** The error of a suspect run. `suspectManifestKey`: undefined when the suspect recovery point could not be stored. */
export function shrinkError(
  verdict: Pick<ShrinkVerdict, 'findings' | 'against'>,
  { suspectManifestKey, slot }: { suspectManifestKey: string | undefined; slot: string },
): UserError {
  const good = verdict.against === undefined ? 'the last good one' : describeBaseline(verdict.against)
  return new UserError(
    `The new recovery point is suspect, so it did not replace slot ${slot}. Compared with ${good}: ${describeShrink(verdict.findings)}.`,
    {
      title: titleOf(describeShrink(verdict.findings)),
      safe: `Slot ${slot} is unchanged, and so is every other slot.${suspectManifestKey === undefined ? '' : ' The suspect recovery point is whole and is stored apart from them.'}`,
      advice: [
        suspectManifestKey === undefined
          ? 'It could not be stored, so check the server itself.'
          : `Inspect it: "${suspectManifestKey}" lists its tables and counts, and its objects are next to it.`,
        ...(verdict.findings.some(({ unit }) => unit !== undefined)
          ? ['Check first that every disk and share is mounted (findmnt). A cache belongs into "exclude".']
          : []),
        `If this is right (data removed on purpose, or "exclude" changed), run the workflow once by hand with "accept-shrink: true".`,
        `If not, something is missing on the server: ${good} still has it.`,
      ].join(' '),
      detail: listedLines(
        verdict.findings.map(finding => describeGroup([finding])),
        200,
      ),
    },
  )
}

/** The warning of a shrunken recovery point that was accepted; undefined when nothing shrank. */
export function acceptedShrink(verdict: ShrinkVerdict): Finding | undefined {
  if (verdict.suspect || verdict.findings.length === 0) return undefined
  return warning(
    'shrink-accepted',
    `Accepted as the new normal: ${describeShrink(verdict.findings)}. Take "accept-shrink" out again: while it is set, nothing stops an empty backup.`,
  )
}

/** All findings in one line, for a message; a few names of each kind, the others counted. No full stop. */
export function describeShrink(findings: readonly ShrinkFinding[]): string {
  const groups = Map.groupBy(findings, ({ artifact, what, name, unit, after }) =>
    JSON.stringify(unit === undefined ? [artifact, what, name === undefined] : [artifact, what, unit, after === 0]),
  )
  return [...groups.values()].map(describeGroup).join('; ')
}

function describeGroup(group: readonly ShrinkFinding[]): string {
  const [first] = group
  if (first === undefined) return ''
  const { artifact, what, before, after } = first
  const names = group.flatMap(({ name }) => (name === undefined ? [] : [name]))
  const kind = kinds.find(({ artifactName }) => artifactName === what)
  if (kind !== undefined) return describeGone(artifact, kind, group.length, names)
  if (first.unit !== undefined) return `${artifact}: ${describeFolders(group)}`
  if (what === 'content bytes')
    return `${artifact}: the content shrank from ${formatSize(before)} to ${formatSize(after)} (${drop(before, after)})`
  if (isPlural(what))
    return `${artifact}: ${formatCount(before)} ${what} became ${formatCount(after)} (${drop(before, after)})`
  return names.length === 0
    ? `${artifact}: ${formatCount(before - after)} of ${plural(before, what)} ${before - after === 1 ? 'is' : 'are'} gone`
    : `${artifact}: ${goneNames(what, names)}`
}

function describeGone(artifact: string, { sources }: Kind<Artifact>, count: number, names: readonly string[]): string {
  if ('whenGone' in sources) return `${artifact}: ${sources.whenGone}`
  const { noun } = sources
  if (names.length > 0) return `${goneNames(noun, names)}, with everything in it`
  return count === 1 ? `a ${noun} is gone` : `${plural(count, noun)} are gone`
}

const foldersNamed = 5

/** `the first-level folder "/srv/media" had 120 files and has none`; of several, each with its numbers. */
function describeFolders(group: readonly ShrinkFinding[]): string {
  const words = group.map(({ what, name, unit, before, after }, index) => {
    const folder = `${index === 0 ? `the ${what} ` : ''}${name === undefined ? '(its name is not known)' : quotedName(name)}`
    if (unit === 'bytes')
      return `${folder} shrank from ${formatSize(before)} to ${formatSize(after)} (${drop(before, after)})`
    const now =
      after > 0
        ? `has ${formatCount(after)} (${drop(before, after)})`
        : what === 'mount'
          ? 'is gone or empty'
          : 'has none'
    return `${folder} had ${plural(before, 'file')} and ${now}`
  })
  return listed(words, foldersNamed)
}

function isPlural(what: string): boolean {
  return kinds.some(({ things }) => things.some(thing => manyOf(thing) === what))
}

function goneNames(what: string, names: readonly string[]): string {
  const list = listed(names.map(quotedName), 5)
  return names.length === 1 ? `the ${what} ${list} is gone` : `the ${what}s ${list} are gone`
}

function drop(before: number, after: number): string {
  const percent = ((before - after) / before) * 100
  return `−${percent > 99 && after > 0 ? percent.toFixed(1).replace('100.0', '99.9') : Math.round(percent)} %`
}

function describeBaseline({ slot, takenAt }: NonNullable<ShrinkVerdict['against']>): string {
  return `the last good one (slot ${slot}, taken ${takenAt})`
}
