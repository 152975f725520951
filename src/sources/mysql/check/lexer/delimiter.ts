import { CheckError } from '../../../../pipeline/check-error'

/** What ends a statement; the command DELIMITER sets it. */
export class Delimiter {
  private bytes: readonly number[] = [0x3b]
  private matched = 0

  get length(): number {
    return this.bytes.length
  }

  /** Throws CheckError where there is none in the text behind the command. */
  set(text: string): void {
    const word = text.trim().split(/\s/)[0] ?? ''
    if (word === '') throw new CheckError('The dump has a DELIMITER command without a delimiter.')
    this.bytes = [...Buffer.from(word)]
  }

  /** Whether it may begin with this byte, which is still to be read. */
  begins(byte: number): boolean {
    this.matched = 0
    return byte === this.bytes[0]
  }

  /** `over`: with this byte it is complete; the bytes that were matched when this one is not of it. */
  read(byte: number): 'inside' | 'over' | readonly number[] {
    if (byte !== this.bytes[this.matched]) return this.bytes.slice(0, this.matched)
    this.matched++
    return this.matched === this.bytes.length ? 'over' : 'inside'
  }
}
