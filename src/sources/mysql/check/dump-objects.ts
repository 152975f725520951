import { quotedName } from '../../../findings/quoted-name'
import { CheckError } from '../../../pipeline/check-error'
import type { TableFingerprint } from '../../../repository/manifest/manifest'
import type { DumpContent } from './dump-content'
import type { RowDigest } from './rows/row-digest'
import type { RowSink } from './rows/row-reader'
import type { DumpObject } from './statements/dump-statement'

/** What a dump was found to hold: its tables with the fingerprints of their rows, and the names of all else. */
export class DumpObjects implements RowSink {
  private readonly tables = new Map<string, TableFingerprint>()
  private readonly placeholders = new Set<string>()
  private readonly views = new Set<string>()
  private readonly triggers = new Set<string>()
  private readonly routines = new Set<string>()
  private readonly events = new Set<string>()
  private last: string | undefined
  /** The table whose rows are passing. */
  private current: { table: TableFingerprint; rows: RowDigest } | undefined
  private readonly newDigest: () => RowDigest

  /** `newDigest`: for the rows of a table. */
  constructor(newDigest: () => RowDigest) {
    this.newDigest = newDigest
  }

  get tableCount(): number {
    return this.tables.size
  }

  /** The table that was created or filled last. */
  get lastTable(): string | undefined {
    return this.last
  }

  add(object: DumpObject, name: string): void {
    switch (object) {
      case 'table':
        this.last = name
        if (!this.tables.has(name)) this.tables.set(name, { name, ...this.newDigest().finish() })
        return
      case 'placeholder':
        this.placeholders.add(name)
        return
      case 'view':
        this.views.add(name)
        return
      case 'trigger':
        this.triggers.add(name)
        return
      case 'event':
        this.events.add(name)
        return
      default:
        this.routines.add(`${object} ${name}`)
    }
  }

  /**
   * The rows that follow are those of this table. Both tools write the rows of a table in one go, behind its CREATE
   * TABLE.
   */
  openRows(name: string): void {
    if (this.current?.table.name === name) return
    this.closeRows()
    const table = this.tables.get(name)
    if (table === undefined) {
      throw new CheckError(`The dump has rows of the table ${quotedName(name)}, but no CREATE TABLE for it.`)
    }
    if (table.bytes > 0) throw new CheckError(`The dump has rows of the table ${quotedName(name)} in two places.`)
    this.last = name
    this.current = { table, rows: this.newDigest() }
  }

  addHead(bytes: Buffer): void {
    this.current?.rows.addHead(bytes)
  }

  addRows(bytes: Buffer): void {
    this.current?.rows.addRows(bytes)
  }

  /** Throws `CheckError` for a view of which only the placeholder came. */
  finish(): Omit<DumpContent, 'bytes' | 'sha256'> {
    this.closeRows()
    for (const view of this.placeholders) {
      if (this.views.has(view)) continue
      throw new CheckError(`The dump has a placeholder for the view ${quotedName(view)}, but not the view itself.`)
    }
    return {
      tables: [...this.tables.values()],
      views: [...this.views],
      triggers: [...this.triggers],
      routines: [...this.routines],
      events: [...this.events],
    }
  }

  private closeRows(): void {
    if (this.current !== undefined) Object.assign(this.current.table, this.current.rows.finish())
    this.current = undefined
  }
}
