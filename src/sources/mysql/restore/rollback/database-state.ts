import { z } from 'zod'

/** What the post step must know about a restore of databases. */
export interface DatabasesState {
  databases: DatabaseState[]
  /** Uploads of safety dumps that are not complete. */
  uploads: { key: string; id: string }[]
  /** Accounts that were made for imports and are not removed yet: `user@host`. */
  accounts: string[]
}

export interface DatabaseState {
  target: string
  /** What was there before. */
  was: 'absent' | 'empty' | 'filled'
  /** Of the database before; '' when absent. */
  characterSet: string
  collation: string
  /** The dump of the database before; null: none. */
  safetyKey: string | null
  /** `writing`: neither restored nor as it was; `intact`: replacing it failed before anything was changed. */
  phase: 'waiting' | 'writing' | 'done' | 'intact'
}

/** Throws when it is not a complete state. */
export function parseDatabasesState(state: unknown): DatabasesState {
  return schema.parse(state)
}

const schema = z.object({
  databases: z.array(
    z.object({
      target: z.string(),
      was: z.enum(['absent', 'empty', 'filled']),
      characterSet: z.string(),
      collation: z.string(),
      safetyKey: z.string().nullable(),
      phase: z.enum(['waiting', 'writing', 'done', 'intact']),
    }),
  ),
  uploads: z.array(z.object({ key: z.string(), id: z.string() })),
  accounts: z.array(z.string()),
})

/** After a failed restore: see `RestoringPart.untouched`. */
export function untouchedInWords(
  { databases }: DatabasesState,
  planned: number,
  safetyKeys: readonly string[],
): string[] {
  const isTouched = databases.some(({ phase }) => phase !== 'intact')
  return [
    ...(planned === 0 || isTouched ? [] : ['No database was touched.']),
    ...(safetyKeys.length === 0 ? [] : [`Dumps of the databases as they were: ${safetyKeys.join(', ')}.`]),
  ]
}

/** After a cancelled restore: see `RestoringPart.progress`. */
export function progressInWords({ databases }: DatabasesState): string | undefined {
  const named = (wanted: DatabaseState['phase']) =>
    databases
      .filter(({ phase }) => phase === wanted)
      .map(({ target }) => JSON.stringify(target))
      .join(', ')
  const writing = named('writing')
  if (writing !== '') return `The import into the database ${writing} had begun.`
  const done = named('done')
  return done === '' ? undefined : `The database ${done} had been restored already.`
}
