import type { ListedAttribute } from '../attributes/listed'
import { type RiskyEntries, type RiskyEntry, riskyKinds, type UnpackedEntry } from './archive-content'

/** How many of a kind are kept, with what is needed to make them again. */
const keptMax = 50

export const setUidOrGid = 0o6000

/** Finds the entries of an archive that do harm when somebody else made them. */
export class RiskyFinder {
  private readonly found: Record<RiskyEntries['kind'], RiskyEntries>

  constructor() {
    const none = riskyKinds.map(kind => [kind, { kind, count: 0, first: [] }])
    this.found = Object.fromEntries(none)
  }

  add({ path, kind, isHardLink, mode, owner, device, capabilities }: UnpackedEntry): void {
    const entry = { path, mode, owner }
    if (device !== undefined) this.note('devices', { ...entry, device: `${kind} ${device.major} ${device.minor}` })
    // Another name of a file has its mode.
    if (kind !== 'f' || isHardLink) return
    if ((mode & setUidOrGid) !== 0) this.note('set-uid', entry)
    if (capabilities !== undefined) this.note('capabilities', { ...entry, capabilities })
  }

  /** An attribute that gives rights. */
  addAttribute(attribute: ListedAttribute): void {
    this.note('attributes', { path: attribute.path, attribute })
  }

  finish(): RiskyEntries[] {
    return riskyKinds.map(kind => this.found[kind])
  }

  private note(kind: RiskyEntries['kind'], entry: RiskyEntry): void {
    const found = this.found[kind]
    found.count++
    if (found.first.length < keptMax) found.first.push(entry)
  }
}
