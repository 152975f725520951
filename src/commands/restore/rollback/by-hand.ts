import { shellWord } from '../../../findings/shell-word'
import { type DatabaseDefaults, dropDatabase } from '../../../sources/mysql/client/database-statements'
import type { S3Settings } from '../../../store/s3/s3-settings'
import { recoveryCommands } from '../../recovery-commands'
import { reportedStore } from '../../run-facts'

/** Commands for a person, with stock tools. */
export const byHandCommands = {
  /** As one word of a shell. */
  quoted: shellWord,
  /** Puts a safety dump back in the place of whatever the database holds. */
  putBack(s3: S3Settings, database: string, defaults: DatabaseDefaults, key: string): string[] {
    return [
      `mysql -e ${shellWord(dropDatabase(database))}`,
      ...recoveryCommands({
        store: reportedStore(s3),
        artifacts: [
          {
            name: database,
            source: { kind: 'database', database, ...defaults },
            key,
            bytes: 0,
            sha256: '',
            compression: 'gzip',
            contentBytes: 0,
            counts: [],
            durationMs: 0,
          },
        ],
      }),
    ]
  },
}
