import { randomBytes } from 'node:crypto'
import { type Finding, warning } from '../../../../findings/finding'
import { quotedName } from '../../../../findings/quoted-name'
import { FailureError, messageOf } from '../../../../runtime/errors'
import { type HeldKind, type HeldObject, hasDefiner } from '../../check/split/held-object'
import type { DatabaseDefaults } from '../../client/database-statements'
import { keepsDefiner } from '../../target/check-definers'
import { checkObjects } from './check-objects'
import { importSql } from './import-dump'
import type { ImportTools } from './import-tools'
import {
  aroundObject,
  createStatement,
  dropPlaceholder,
  madeFirst,
  madeThen,
  objectName,
  sessionSql,
} from './object-sql'
import { inOneCharacterSet } from './one-character-set'
import { inDatabase } from './own-database'

/** A view that was left out, and why. */
export interface BrokenView {
  name: string
  message: string
}

/** Where objects are made, and in whose names they may be. */
export interface ObjectTarget {
  database: string
  /** The one that was dumped. */
  from: string
  defaults: DatabaseDefaults
  /** The definers that the inventory of the source lists: there are no others. */
  definers: readonly string[]
}

/** Makes the routines of a database whose rows are imported, and the placeholders of its views. */
export async function makeRoutines(
  objects: readonly HeldObject[],
  target: ObjectTarget,
  tools: ImportTools,
): Promise<void> {
  for (const kinds of madeFirst) await make(ofKinds(objects, kinds), target, tools)
}

/** Then makes its views and triggers. Views that use something that does not exist are left out and returned. */
export async function makeViews(
  objects: readonly HeldObject[],
  target: ObjectTarget,
  tools: ImportTools,
): Promise<readonly BrokenView[]> {
  const broken: BrokenView[] = []
  for (const kinds of madeThen) {
    const together = ofKinds(objects, kinds)
    try {
      await make(together, target, tools)
    } catch (error) {
      if (!usesWhatIsMissing(error) || !kinds.includes('view')) throw error
      broken.push(...(await makeHalves(together, target, tools)))
    }
  }
  return broken
}

/** Makes the events: they may run at once. */
export async function makeEvents(
  objects: readonly HeldObject[],
  target: ObjectTarget,
  tools: ImportTools,
): Promise<void> {
  await make(ofKinds(objects, ['event']), target, tools)
}

function ofKinds(objects: readonly HeldObject[], kinds: readonly HeldKind[]): HeldObject[] {
  return objects.filter(({ kind }) => kinds.includes(kind))
}

/**
 * No such table, database, usable view, function, library or sequence; or no right on one: a login with rights on one
 * database alone does not see which. MySQL and MariaDB error references.
 */
const missing = /\(error (1142|1143|1146|1044|1049|1305|1356|1370|4091)\)/

function usesWhatIsMissing(error: unknown): boolean {
  return missing.test(messageOf(error))
}

/** Finds the broken ones among views that failed together: each attempt is a job, so not one by one. */
async function makeHalves(
  views: readonly HeldObject[],
  target: ObjectTarget,
  tools: ImportTools,
): Promise<BrokenView[]> {
  const middle = Math.ceil(views.length / 2)
  const broken: BrokenView[] = []
  for (const half of [views.slice(0, middle), views.slice(middle)]) {
    try {
      await make(half, target, tools)
    } catch (error) {
      if (!usesWhatIsMissing(error)) throw error
      const [view] = half
      if (half.length === 1 && view !== undefined) broken.push({ name: view.name, message: messageOf(error) })
      else broken.push(...(await makeHalves(half, target, tools)))
    }
  }
  return broken
}

/** As warnings. */
export function brokenViewWarnings(broken: readonly BrokenView[]): Finding[] {
  return broken.map(({ name, message }) =>
    warning(
      'view-not-made',
      `The view ${JSON.stringify(name)} was left out, since something that it uses does not exist: ${message} Either the backup leaves a table out ("exclude-tables"), or the view uses a database that is not in it.`,
    ),
  )
}

async function make(held: readonly HeldObject[], target: ObjectTarget, tools: ImportTools): Promise<void> {
  if (held.length === 0) return
  const stranger = held.find(({ kind, definer }) => hasDefiner(kind) && !target.definers.includes(definer))
  if (stranger !== undefined) {
    throw new FailureError(
      `The ${objectName(stranger)} of the dump is in the name of ${quotedName(stranger.definer)}, and nothing in the database was in that name when it was backed up.`,
      {
        advice:
          'Someone may have changed the dump: choose another recovery point, and find out who can write to the bucket.',
      },
    )
  }
  const readable = await inOneCharacterSet(held, tools)
  const objects = readable.map(object => inDatabase(object, target.from, target.database))
  await checkObjects(objects, target.database, tools)
  const { pieces, where } = scriptOf(objects, target, keepsDefiner(tools.target))
  await importSql(pieces, target.database, where, tools)
}

/** The SQL that makes checked objects. `keeps`: whether one may be in this name. */
export function scriptOf(
  objects: readonly HeldObject[],
  target: ObjectTarget,
  keeps: (definer: string) => boolean,
): { pieces: readonly Buffer[]; where: (line: number) => string | undefined } {
  const script = new Script(target, keeps)
  for (const object of objects) script.add(object)
  return { pieces: script.pieces, where: line => script.where(line) }
}

const newline = 0x0a

/** The SQL that makes objects, each between delimiters that no text of a dump can know. */
class Script {
  readonly pieces: Buffer[] = []
  /** The client keeps 15 characters. */
  private readonly delimiter = `;${randomBytes(7).toString('hex')}`
  private readonly firstLines: { line: number; object: HeldObject }[] = []
  private line = 1
  private readonly target: ObjectTarget
  private readonly keeps: (definer: string) => boolean

  constructor(target: ObjectTarget, keeps: (definer: string) => boolean) {
    this.target = target
    this.keeps = keeps
  }

  add(object: HeldObject): void {
    const { database, defaults } = this.target
    const { before, after } = aroundObject(object, database, defaults)
    const definer = this.keeps(object.definer) ? object.definer : undefined
    this.firstLines.push({ line: this.line, object })
    this.text(
      `${before}${dropPlaceholder(object, database)}${sessionSql(object.session)}\nDELIMITER ${this.delimiter}\n`,
    )
    this.bytes(createStatement(object, definer))
    this.text(`\n${this.delimiter}\nDELIMITER ;\n${after}`)
  }

  where(line: number): string | undefined {
    const found = this.firstLines.findLast(first => first.line <= line)
    return found === undefined ? undefined : `the ${objectName(found.object)}`
  }

  private text(sql: string): void {
    this.bytes(Buffer.from(sql))
  }

  private bytes(sql: Buffer): void {
    for (let at = sql.indexOf(newline); at >= 0; at = sql.indexOf(newline, at + 1)) this.line++
    this.pieces.push(sql)
  }
}
