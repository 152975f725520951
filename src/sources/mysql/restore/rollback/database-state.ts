import { z } from 'zod'

/** What the post step must know of a restore of databases. */
export interface DatabasesState {
  databases: DatabaseState[]
  /** Uploads of safety dumps that are not complete. */
  uploads: { key: string; id: string }[]
}

export interface DatabaseState {
  target: string
  /** What was there before. */
  was: 'absent' | 'empty' | 'filled'
  /** Of what was there; '' when absent. */
  characterSet: string
  collation: string
  /** The dump of what was there; null when there is none. */
  safetyKey: string | null
  /**
   * `writing`: it is neither what it was nor what it is to be; `intact`: it was to be replaced, and was not touched
   * after all.
   */
  phase: 'waiting' | 'writing' | 'done' | 'intact'
}

/** Throws when it is not a whole state. */
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
})

/** Of a restore that failed: see `RestoringPart.untouched`. */
export function untouchedInWords(
  { databases }: DatabasesState,
  planned: number,
  safetyKeys: readonly string[],
): string[] {
  const isTouched = databases.some(({ phase }) => phase !== 'intact')
  return [
    ...(planned === 0 || isTouched ? [] : ['No database was touched.']),
    ...(safetyKeys.length === 0 ? [] : [`Dumps of what the databases were: ${safetyKeys.join(', ')}.`]),
  ]
}

/** Of a restore that was cancelled: see `RestoringPart.progress`. */
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
