import type { QuoteMode } from './sql-token'
import { beginsCharacter, decodeText, isUtf8, utf8Text } from './text-encoding'

/** In bytes; more than any identifier (64 characters) and any `sql_mode` need. */
const textLimit = 4096

/** The text of the token that is being read. */
export class TokenText {
  private readonly bytes = Buffer.alloc(textLimit)
  private length = 0
  /** The last byte began a character of two bytes. */
  private isBegun = false
  private readonly mode: QuoteMode

  /** `mode`: the current one, which changes. */
  constructor(mode: QuoteMode) {
    this.mode = mode
  }

  /** What is kept of it. */
  get kept(): Buffer {
    return this.bytes.subarray(0, this.length)
  }

  get isCut(): boolean {
    return this.length === textLimit
  }

  /** Whether this byte, which may look like a quote or a backslash, ends the character that the last one began. */
  isInCharacter(byte: number): boolean {
    return this.isBegun && byte >= 0x40
  }

  add(byte: number): void {
    this.isBegun = byte >= 0x80 && !this.isInCharacter(byte) && beginsCharacter(byte, this.mode.characterSet)
    if (this.length < textLimit) this.bytes[this.length++] = byte
  }

  clear(): void {
    this.length = 0
    this.isBegun = false
  }

  /** Returns and forgets it. */
  take(): string {
    const { kept, mode } = this
    this.clear()
    if (isUtf8(mode.characterSet)) return kept.toString('utf8')
    mode.asUtf8 = utf8Text(kept)
    return decodeText(kept, mode.characterSet)
  }
}
