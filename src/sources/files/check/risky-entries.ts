import { defined } from '../../../runtime/defined'
import type { ListedAttribute } from '../attributes/listed'
import { type RiskyEntries, type RiskyEntry, type RiskyKind, riskyKinds, type UnpackedEntry } from './archive-content'

/** How many of a kind are kept, with what is needed to make them again. */
const keptMax = 50

export const setUidOrGid = 0o6000

/** What harm an entry does. */
export function risksOf({ kind, isHardLink, mode, device, capabilities }: UnpackedEntry): RiskyKind[] {
  // Another name of a file has its mode.
  const isOwnFile = kind === 'f' && !isHardLink
  return [
    ...(device === undefined ? [] : ['devices' as const]),
    ...(isOwnFile && (mode & setUidOrGid) !== 0 ? ['set-uid' as const] : []),
    ...(isOwnFile && capabilities !== undefined ? ['capabilities' as const] : []),
  ]
}

/** Finds the entries of an archive that do harm when somebody else made them. */
export class RiskyFinder {
  private readonly found: Record<RiskyEntries['kind'], RiskyEntries>

  constructor() {
    const none = riskyKinds.map(kind => [kind, { kind, count: 0, first: [] }])
    this.found = Object.fromEntries(none)
  }

  add(entry: UnpackedEntry): void {
    const { path, kind, mode, owner, device, capabilities } = entry
    const found = { path, mode, owner }
    for (const risk of risksOf(entry)) {
      if (risk === 'devices') this.note(risk, { ...found, device: `${kind} ${device?.major} ${device?.minor}` })
      else this.note(risk, risk === 'set-uid' ? found : { ...found, ...defined({ capabilities }) })
    }
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
