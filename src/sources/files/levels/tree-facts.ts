import type { FilesArtifact } from '../../../repository/manifest/manifest'
import { defined } from '../../../runtime/defined'
import type { ReportLine } from '../../../server/job-report'
import { type RiskyEntries, riskyKinds } from '../check/archive-content'
import type { LayoutReader } from '../layout/folder-layout'
import { OutsideLinkFinder } from '../layout/outside-links'
import { readableName } from '../layout/readable-name'

type Content = FilesArtifact['content']

/** Why an archive does not build on what it was to build on. */
export type NotOn = 'tools' | 'missing' | 'changed' | 'half'

const notOn: readonly NotOn[] = ['tools', 'missing', 'changed', 'half']

interface Place {
  path: string
  files: number
  bytes: number
}

/** What the server reports of the whole tree when its archive has only what changed. */
export class TreeFacts {
  /** The snapshot that the archive builds on. */
  standsOn: string | undefined
  /** Of the archive itself, for those that will build on it. */
  snapshot: string | undefined
  /** Why not on others: the reason, and a tool that is missing. */
  readonly notOn: { reason: NotOn; detail: string }[] = []
  /** About how many bytes an archive of the whole tree would have. */
  treeBytes = 0
  private readonly places: Place[] = []
  private readonly mounted: Place[] = []
  private readonly links: { path: string; target: string }[] = []
  private readonly unknown = new Set<string>()
  private readonly risky = new Map<string, { count: number; first: RiskyEntries['first'] }>()

  read({ word, value }: ReportLine): void {
    const [first = '', second = '', ...rest] = value.split(' ')
    const place = () => ({ files: numberIn(first), bytes: numberIn(second), path: bytesOf(rest.join(' ')) })
    if (word === 'stands-on' && isDigest(value)) this.standsOn = value
    else if (word === 'snapshot' && isDigest(value)) this.snapshot = value
    else if (word === 'not-on') this.readNotOn(first, second)
    else if (word === 'tree') this.treeBytes = archiveBytes(numberIn(first))
    else if (word === 'place' && this.places.length < placesMax) this.places.push(place())
    else if (word === 'mounted' && this.mounted.length < placesMax) this.mounted.push(place())
    else if (word === 'leads' && this.links.length < linksMax) this.readLink(value)
    else if (word === 'places-unknown' || word === 'leads-unknown') this.unknown.add(word)
    else if (word === 'risky') this.risky.set(first, { count: numberIn(second), first: [] })
    else if (word === 'risk') this.readRisk(first, second, rest.join(' '))
  }

  /** As `NotedEntries` has it of a whole archive. */
  noted(layout: LayoutReader): Pick<Content, 'folders' | 'mounts' | 'pathLinks' | 'outsideLinks'> {
    const finder = new OutsideLinkFinder(layout.folders)
    for (const { path, target } of this.links) finder.add(`/${path}`, target)
    const { mounts, pathLinks } = layout
    return defined({
      folders: this.unknown.has('places-unknown') ? undefined : this.places.map(shown).sort(byPath),
      mounts: mounts?.map((mount, index) => {
        const { files = 0, bytes = 0 } = this.mounted[index] ?? {}
        return { ...mount, files, bytes }
      }),
      pathLinks: pathLinks.length === 0 ? undefined : pathLinks,
      outsideLinks: this.unknown.has('leads-unknown') ? undefined : finder.finish(),
    })
  }

  /** What a restore without a signature would leave out. */
  get riskyEntries(): RiskyEntries[] {
    return riskyKinds.map(kind => ({ kind, ...(this.risky.get(kind) ?? { count: 0, first: [] }) }))
  }

  private readNotOn(reason: string, detail: string): void {
    const known = notOn.find(each => each === reason)
    if (known !== undefined && this.notOn.length < 4) this.notOn.push({ reason: known, detail })
  }

  private readLink(value: string): void {
    const [path = '', target = ''] = value.split('\t')
    this.links.push({ path: bytesOf(path), target: bytesOf(target) })
  }

  private readRisk(kind: string, mode: string, path: string): void {
    const found = this.risky.get(kind)
    if (found !== undefined && found.first.length < 50)
      found.first.push({ path: bytesOf(path), mode: Number.parseInt(mode, 8) || 0 })
  }
}

const placesMax = 2000
const linksMax = 2000

/** tar ends with two empty blocks, and fills up records of 20. */
function archiveBytes(entries: number): number {
  return Math.ceil((entries + 2 * 512) / 10_240) * 10_240
}

function isDigest(value: string): boolean {
  return /^[0-9a-f]{64}$/.test(value)
}

function numberIn(text: string): number {
  const number = Number(text)
  return Number.isSafeInteger(number) && number >= 0 ? number : 0
}

/** The script writes what is not printable ASCII as a backslash and three octal digits. */
function bytesOf(text: string): string {
  return text.replace(/\\([0-7]{3})/g, (_, octal) => String.fromCharCode(Number.parseInt(octal, 8)))
}

function shown({ path, files, bytes }: Place): Place {
  return { path: `/${readableName(path)}`, files, bytes }
}

function byPath(one: Place, other: Place): number {
  return one.path < other.path ? -1 : 1
}
