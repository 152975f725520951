import { CheckError } from '../../../pipeline/check-error'
import { FieldCutter } from '../../../pipeline/field-cutter'

/** `Y`: in the archive; `N`: as it was in the one that it builds on; `D`: a folder. */
export type NameMark = 'Y' | 'N' | 'D'

/**
 * Reads the list of a folder in an incremental archive: each name behind its mark, ended by a zero byte, and another one at
 * the end (GNU tar manual, "Dumpdir"). Names come in their order, so none comes twice. Names are bytes, one character
 * each. Throws CheckError for all else: records to rename something, to make a folder for that, and names that lead elsewhere.
 */
export class FolderNames {
  private readonly onName: (mark: NameMark, name: string) => void
  private left: number
  private readonly cutter = new FieldCutter()
  private last = ''
  private isEnded = false

  /** `bytes`: of the list. */
  constructor(bytes: number, onName: (mark: NameMark, name: string) => void) {
    this.left = bytes
    this.onName = onName
    if (bytes === 0) throw new CheckError('the list of a folder is empty')
  }

  /** Also takes the padding behind the list. */
  write(piece: Buffer): void {
    const own = piece.subarray(0, this.left)
    this.left -= own.length
    for (const record of this.cutter.fields(own)) this.record(record)
    const { begunBytes } = this.cutter
    if (begunBytes > recordMax) throw new CheckError('the list of a folder has a name that is too long')
    if (this.left === 0 && (!this.isEnded || begunBytes > 0)) throw new CheckError('the list of a folder is cut off')
  }

  private record(record: string): void {
    if (this.isEnded) throw new CheckError('the list of a folder goes on behind its end')
    if (record === '') {
      this.isEnded = true
      return
    }
    const [mark, name] = [record[0], record.slice(1)]
    if (mark !== 'Y' && mark !== 'N' && mark !== 'D')
      throw new CheckError(`the list of a folder has a record of the kind ${JSON.stringify(mark)}`)
    if (name === '' || name === '.' || name === '..' || name.includes('/'))
      throw new CheckError(`the list of a folder has ${JSON.stringify(name)}, which is no name`)
    if (name <= this.last) throw new CheckError('the list of a folder is not in order')
    this.last = name
    this.onName(mark, name)
  }
}

/** No file system has longer names. */
const recordMax = 1024
