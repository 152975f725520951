import { noExamples, note } from '../../../findings/examples'
import type { Hazard } from './archive-content'
import { show } from './expected-paths'
import type { UnpackedEntry } from './unpacked-entry'

const setUidOrGid = 0o6000

/** Finds what may do harm when an archive is unpacked. */
export class Hazards {
  private readonly folders: readonly string[]
  private readonly outsideLinks = noExamples()
  private readonly setUid = noExamples()
  private readonly devices = noExamples()

  constructor(folders: readonly string[]) {
    this.folders = folders
  }

  add({ path, type, target, mode, hasCapabilities }: UnpackedEntry): void {
    if (type === '2' && !this.staysInside(path, target))
      note(this.outsideLinks, () => `${show(`/${path}`)} to ${show(target)}`)
    // A hard link has its rights from the entry that it is a link to.
    if ('07S'.includes(type) && ((mode & setUidOrGid) !== 0 || hasCapabilities))
      note(this.setUid, () => show(`/${path}`))
    if (type === '3' || type === '4') note(this.devices, () => show(`/${path}`))
  }

  finish(): Hazard[] {
    return [
      { kind: 'outside-links', ...this.outsideLinks },
      { kind: 'set-uid', ...this.setUid },
      { kind: 'devices', ...this.devices },
    ]
  }

  private staysInside(path: string, target: string): boolean {
    const resolved = resolveLink(path, target)
    return (
      resolved !== undefined &&
      this.folders.some(folder => folder === '' || resolved === folder || resolved.startsWith(`${folder}/`))
    )
  }
}

/** Where a symbolic link leads, by the letter; undefined where the letter does not tell. */
function resolveLink(path: string, target: string): string | undefined {
  const at = target.startsWith('/') ? [] : path.split('/').slice(0, -1)
  let isClimbing = true
  for (const step of target.split('/')) {
    if (step === '' || step === '.') continue
    if (step !== '..') {
      isClimbing = false
      at.push(step)
    } else {
      // Behind a name that may be a link itself, `..` leads anywhere.
      if (!isClimbing) return undefined
      at.pop()
    }
  }
  return at.join('/')
}
