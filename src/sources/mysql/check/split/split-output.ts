import { sandboxLine } from '../statements/dump-comments'
import { HeldSql } from './held-sql'
import { type PlaceMark, StatementPlaces, shifted } from './statement-places'

/** Where what is not held back goes, and what is kept until that is known. */
export class SplitOutput {
  private readonly out: (bytes: Buffer) => void
  private readonly places = new StatementPlaces()
  private readonly kept = new HeldSql()

  constructor(out: (bytes: Buffer) => void) {
    this.out = out
  }

  get keptBytes(): number {
    return this.kept.bytes
  }

  where(line: number): string | undefined {
    return this.places.where(line)
  }

  keep(bytes: Buffer, marks: readonly PlaceMark[]): void {
    this.kept.add(bytes, marks)
  }

  endChunk(): void {
    this.kept.endChunk()
  }

  /** Removes it. */
  takeKept(): Buffer {
    return this.kept.take().bytes
  }

  /** The beginning of a dump, without the line that enables the sandbox. */
  passBeginning(): void {
    const { bytes, marks } = this.kept.take()
    const length = sandboxLine.exec(bytes.toString('latin1', 0, 200))?.[0].length ?? 0
    this.pass(bytes.subarray(length), shifted(marks, length))
  }

  passKept(change = (bytes: Buffer) => bytes): void {
    const { bytes, marks } = this.kept.take()
    this.pass(change(bytes), marks)
  }

  /** SQL of ours, without a line break. */
  add(sql: string): void {
    if (sql !== '') this.out(Buffer.from(sql))
  }

  pass(bytes: Buffer, marks: readonly PlaceMark[]): void {
    this.places.pass(bytes, marks)
    if (bytes.length > 0) this.out(bytes)
  }
}
