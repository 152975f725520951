/**
 * What a byte means in a possible comment: `inside`, `over` (it ends a block comment), `line over` (the line break
 * after a comment), `conditional` (`/*!NNNNN` was read, this byte is code), `symbols` (no comment: it is code).
 */
export type CommentStep = 'inside' | 'over' | 'line over' | 'conditional' | 'symbols'

const states = {
  slash: 0,
  slashStar: 1,
  slashStarM: 2,
  version: 3,
  block: 4,
  blockStar: 5,
  dash: 6,
  dashDash: 7,
  line: 8,
} as const

const newline = 0x0a
const exclamation = 0x21
const hash = 0x23
const asterisk = 0x2a
const hyphen = 0x2d
const slash = 0x2f
const letterM = 0x4d

/** In bytes; the trailer of a dump is shorter. */
const textLimit = 128

/** Versions have five or six digits. No server reaches this one: MariaDB uses it to hide its sandbox line. */
const neverReached = '999999'

const readByAll = 50503

/** Reads `-- ` and `#` comments to the end of the line, block comments to theirs; detects what only looks like one. */
export class SqlComment {
  private state: number = states.slash
  private kept = ''
  private isMariadbOnly = false
  private tail = ''

  static mayBegin(byte: number): boolean {
    return byte === slash || byte === hyphen || byte === hash
  }

  /** The first bytes of a line comment, as `latin1`; the bytes that were only `symbols`. */
  get text(): string {
    return this.kept
  }

  /** The last two bytes of a line comment. */
  get lastTwo(): string {
    return this.tail
  }

  /**
   * A conditional comment that some server skips. MySQL 5.5.3, MariaDB 5.5 and newer read those up to 5.5.3; only
   * MariaDB reads those with an `M`.
   */
  get mayBeSkipped(): boolean {
    return this.isMariadbOnly || Number(this.kept) > readByAll
  }

  /** It is a comment, and ends with the line. */
  get isLine(): boolean {
    return this.state === states.line
  }

  /** The next bytes show whether it is a comment, and whether its content is code. */
  get isUndecided(): boolean {
    return ![states.block, states.blockStar, states.line].some(state => state === this.state)
  }

  begin(byte: number): void {
    this.isMariadbOnly = false
    this.state = byte === slash ? states.slash : byte === hyphen ? states.dash : states.line
    this.kept = String.fromCharCode(byte)
  }

  read(byte: number): CommentStep {
    switch (this.state) {
      case states.line:
        if (byte === newline) return 'line over'
        this.tail = this.tail.slice(-1) + String.fromCharCode(byte)
        if (this.kept.length < textLimit) this.kept += String.fromCharCode(byte)
        return 'inside'
      case states.block:
        if (byte === asterisk) this.state = states.blockStar
        return 'inside'
      case states.blockStar:
        if (byte === slash) return 'over'
        if (byte !== asterisk) this.state = states.block
        return 'inside'
      case states.slash:
        return byte === asterisk ? this.become(states.slashStar) : 'symbols'
      case states.version:
        return this.version(byte)
      case states.dash:
        if (byte !== hyphen) return 'symbols'
        this.kept += '-'
        return this.become(states.dashDash)
      case states.dashDash:
        // Two minus signs and no comment, unless white space follows.
        if (byte > 0x20) return 'symbols'
        this.state = states.line
        return this.read(byte)
      default:
        return this.blockKind(byte)
    }
  }

  private blockKind(byte: number): CommentStep {
    if (byte === exclamation) {
      this.kept = ''
      return this.become(states.version)
    }
    if (byte === letterM && this.state === states.slashStar) {
      this.isMariadbOnly = true
      return this.become(states.slashStarM)
    }
    this.state = states.block
    return this.read(byte)
  }

  private version(byte: number): CommentStep {
    if (byte >= 0x30 && byte <= 0x39 && this.kept.length < neverReached.length) {
      this.kept += String.fromCharCode(byte)
      return 'inside'
    }
    if (this.kept !== neverReached) return 'conditional'
    this.state = states.block
    return this.read(byte)
  }

  private become(state: number): CommentStep {
    this.state = state
    return 'inside'
  }
}
