import { blockSize, fileHeader } from '../check/tar-header'
import { type AccountNumber, numberedLines } from './acl-text'
import { listNames } from './attribute-lists'
import { type AttributeKind, attributeKinds, isPrivileged, type Listed, quoted } from './listed'

/** What a restore gives of what an archive lists. */
export interface GivenAttributes {
  kinds: ReadonlySet<AttributeKind>
  numberOf: AccountNumber
}

/** How many entries get some. */
export type GivenCounts = Readonly<Record<AttributeKind, number>>

export const nothingListed: GivenCounts = { lists: 0, attributes: 0 }

/** A list is sent in files of about this size: nothing waits for its end. */
const pieceBytes = 512 * 1024

/**
 * Writes lists of its own for the server, with its numbers, from what was checked of those of an archive: as small files of
 * the archive that is sent, `.make-a-backup.acls-1`.
 */
export class GivenLists {
  readonly counts = { lists: 0, attributes: 0 }
  private readonly wanted: GivenAttributes
  private readonly givesPrivileged: boolean
  private readonly pieces = { lists: emptyPiece(), attributes: emptyPiece() }
  private lastPath = ''

  constructor(wanted: GivenAttributes, givesPrivileged: boolean) {
    this.wanted = wanted
    this.givesPrivileged = givesPrivileged
  }

  /** Returns blocks to send. */
  add(listed: Listed): Buffer[] {
    const { kind, path } = listed
    if (!this.wanted.kinds.has(kind)) return []
    if (listed.kind === 'lists') {
      this.counts.lists++
      return this.write(kind, path, numberedLines(listed.entries, this.wanted.numberOf))
    }
    if (isPrivileged(listed) && !this.givesPrivileged) return []
    if (path !== this.lastPath) this.counts.attributes++
    this.lastPath = path
    return this.write(kind, path, [`${quoted(listed.name, /=/)}=0x${listed.value}`])
  }

  /** What is left. */
  end(): Buffer[] {
    return attributeKinds.flatMap(kind => this.takePiece(kind))
  }

  private write(kind: AttributeKind, path: string, lines: readonly string[]): Buffer[] {
    const piece = this.pieces[kind]
    const text = `# file: ${quoted(path)}\n${lines.join('\n')}\n\n`
    piece.texts.push(text)
    piece.bytes += text.length
    return piece.bytes < pieceBytes ? [] : this.takePiece(kind)
  }

  private takePiece(kind: AttributeKind): Buffer[] {
    const { texts, bytes, number } = this.pieces[kind]
    if (bytes === 0) return []
    this.pieces[kind] = { ...emptyPiece(), number: number + 1 }
    const padding = Buffer.alloc((blockSize - (bytes % blockSize)) % blockSize)
    return [fileHeader(`${listNames[kind]}-${number}`, bytes), Buffer.from(texts.join(''), 'latin1'), padding]
  }
}

function emptyPiece(): { texts: string[]; bytes: number; number: number } {
  return { texts: [], bytes: 0, number: 1 }
}
