import type { Finding } from '../../findings/finding'
import type { Attempt } from '../attempt'
import type { RestoreFacts } from './restore-result'

/** What gathers in the course of a restore. A run that fails shows it as well. */
export interface RestoreNotes {
  warn(warnings: readonly Finding[]): void
  /** Of a stored object that has what is about to be replaced. */
  keep(key: string): void
  all(): Pick<RestoreFacts, 'warnings' | 'safetyKeys'>
}

export function restoreNotes({ learn }: Attempt<RestoreFacts>): RestoreNotes {
  let warnings: readonly Finding[] = []
  let safetyKeys: readonly string[] = []
  return {
    warn: more => {
      warnings = [...warnings, ...more]
      learn({ warnings })
    },
    keep: key => {
      safetyKeys = [...safetyKeys, key]
      learn({ safetyKeys })
    },
    all: () => ({ warnings, safetyKeys }),
  }
}
