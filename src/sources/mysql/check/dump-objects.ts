import { quotedName } from '../../../findings/quoted-name'
import { CheckError } from '../../../pipeline/check-error'
import type { TableFingerprint } from '../../../repository/manifest/manifest'
import type { DumpContent } from './dump-content'
import { NameSet, objectsMax } from './name-set'
import type { RowDigest } from './rows/row-digest'
import type { RowSink } from './rows/row-reader'
import type { DumpObject } from './statements/dump-statement'

/** The objects found in a dump: tables with the fingerprints of their rows, names of everything else. */
export class DumpObjects implements RowSink {
  private readonly tables = new Map<string, TableFingerprint>()
  private readonly names = {
    table: new NameSet(objectsMax, 'tables'),
    placeholder: new NameSet(objectsMax, 'views'),
    view: new NameSet(objectsMax, 'views'),
    trigger: new NameSet(objectsMax, 'triggers'),
    event: new NameSet(objectsMax, 'events'),
  }
  private readonly routines = new NameSet(objectsMax, 'routines')
  private last: string | undefined
  /** The table whose rows are passing. */
  private current: { table: TableFingerprint; rows: RowDigest } | undefined
  private readonly newDigest: (table: string) => RowDigest

  /** `newDigest`: for the rows of a table. */
  constructor(newDigest: (table: string) => RowDigest) {
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
    if (object === 'table') {
      this.last = name
      this.names.table.add(name)
      if (!this.tables.has(name)) this.tables.set(name, { name, ...this.newDigest(name).finish() })
    } else if (object === 'placeholder' || object === 'view' || object === 'trigger' || object === 'event') {
      this.names[object].add(name)
    } else this.routines.add(`${object} ${name}`)
  }

  /** Rows of this table follow. Both tools write all rows of a table together, after its CREATE TABLE. */
  openRows(name: string): void {
    if (this.current?.table.name === name) return
    this.closeRows()
    const table = this.tables.get(name)
    if (table === undefined) {
      throw new CheckError(`The dump has rows of the table ${quotedName(name)}, but no CREATE TABLE for it.`)
    }
    if (table.bytes > 0) throw new CheckError(`The dump has rows of the table ${quotedName(name)} in two places.`)
    this.last = name
    this.current = { table, rows: this.newDigest(name) }
  }

  addHead(bytes: Buffer): void {
    this.current?.rows.addHead(bytes)
  }

  addRows(bytes: Buffer): void {
    this.current?.rows.addRows(bytes)
  }

  /** Throws `CheckError` for a view that has only its placeholder. */
  finish(): Omit<DumpContent, 'bytes' | 'sha256' | 'longestStatementBytes'> {
    this.closeRows()
    const { placeholder, view, trigger, event } = this.names
    const unfinished = [...placeholder].find(name => !view.has(name))
    if (unfinished !== undefined) {
      throw new CheckError(
        `The dump has a placeholder for the view ${quotedName(unfinished)}, but not the view itself.`,
      )
    }
    return {
      tables: [...this.tables.values()],
      views: [...view],
      triggers: [...trigger],
      routines: [...this.routines],
      events: [...event],
    }
  }

  private closeRows(): void {
    if (this.current !== undefined) Object.assign(this.current.table, this.current.rows.finish())
    this.current = undefined
  }
}
