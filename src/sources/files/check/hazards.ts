import { noExamples, note } from '../../../findings/examples'
import type { Hazard, UnpackedEntry } from './archive-content'
import { show } from './expected-paths'

const setUidOrGid = 0o6000

/** Finds what can do harm when an archive is unpacked. */
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
    // A hard link has the mode of its target.
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

/** The target of a symbolic link by its text; undefined when the text does not decide it. */
function resolveLink(path: string, target: string): string | undefined {
  const at = target.startsWith('/') ? [] : path.split('/').slice(0, -1)
  let isClimbing = true
  for (const step of target.split('/')) {
    if (step === '' || step === '.') continue
    if (step !== '..') {
      isClimbing = false
      at.push(step)
    } else {
      // After a name that may be a link itself, `..` can lead anywhere.
      if (!isClimbing) return undefined
      at.pop()
    }
  }
  return at.join('/')
}
