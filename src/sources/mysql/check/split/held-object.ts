import { quotedName } from '../../../../findings/quoted-name'
import { CheckError } from '../../../../pipeline/check-error'
import type { SessionSettings } from './session-settings'
import type { StatementPlace } from './statement-places'

/**
 * What has a definer, or runs later: it is not imported with the rows, but made by itself. `placeholder`: a view of ones,
 * in whose place comes the view.
 */
export const heldKinds = [
  'placeholder',
  'view',
  'trigger',
  'event',
  'procedure',
  'function',
  'package',
  'package body',
] as const

export type HeldKind = (typeof heldKinds)[number]

/** What is left out: the default collation around an object, and what removes an object that is not there. */
export const skipped: Readonly<Record<string, readonly string[]>> = {
  ALTER: ['DATABASE', 'SCHEMA'],
  DROP: ['VIEW', 'TRIGGER', 'PROCEDURE', 'FUNCTION', 'EVENT', 'PACKAGE'],
}

/** One CREATE statement of a dump, in parts. */
export interface HeldObject {
  kind: HeldKind
  name: string
  /** `user@host`, or the name of a role; '' for a placeholder. */
  definer: string
  /** Of a view: `ALGORITHM=MERGE`; of a function: `AGGREGATE`. Of fixed words. */
  attributes: string
  /** Of a view: `SQL SECURITY INVOKER`. Of fixed words. */
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
