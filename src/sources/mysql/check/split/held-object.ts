import { quotedName } from '../../../../findings/quoted-name'
import { CheckError } from '../../../../pipeline/check-error'
import type { DumpObject } from '../statements/dump-statement'
import type { SessionSettings } from './session-settings'
import type { StatementPlace } from './statement-places'

/**
 * What has a definer, or runs later: it is not imported with the rows, but made by itself. `placeholder`: a view of ones,
 * in whose place comes the view.
 */
const heldKinds = [
  'placeholder',
  'view',
  'trigger',
  'event',
  'procedure',
  'function',
  'package',
  'package body',
  'library',
] as const

export type HeldKind = (typeof heldKinds)[number]

/** The placeholder of a view may be a table: that one is imported as any other. `kind`: by its head. */
export function isHeld(object: DumpObject, kind: HeldKind | undefined): boolean {
  return object === 'placeholder' ? kind === 'placeholder' : heldKinds.some(each => each === object)
}

/** Whether objects of this kind act in the name of an account. */
export function hasDefiner(kind: HeldKind): boolean {
  return kind !== 'placeholder' && kind !== 'library'
}

/** One CREATE statement of a dump, in parts. */
export interface HeldObject {
  kind: HeldKind
  name: string
  /** `user@host`, or the name of a role; '' for a placeholder or a library. */
  definer: string
  /** Of a view: `ALGORITHM=MERGE`; of a function: `AGGREGATE`. Of fixed words. */
  attributes: string
  /** Of a view: `SQL SECURITY INVOKER`, and `JSON RELATIONAL DUALITY`. Of fixed words. */
  security: string
  /** Everything behind the name: text of the dump, in the character set of its session. */
  rest: Buffer
  session: SessionSettings
}

/** For the place of something that was to be held back. */
export function unreadable(place: StatementPlace | undefined): CheckError {
  const object = place?.kind.kind === 'object' ? `${place.kind.object} ${quotedName(place.kind.name)}` : 'statement'
  return new CheckError(`The dump has a ${object} in a form that no dump tool writes: it is not restored.`)
}
