import type { DatabaseArtifact } from '../../repository/manifest/manifest'
import type { Source } from '../source'
import type { DumpContent } from './check/dump-content'
import { databaseWords } from './dump/database-words'
import { dumpReading } from './dump/dump-reading'
import { backupDatabases } from './plan/backup-databases'
import type { DumpSettings } from './plan/database-settings'

/** Databases of MySQL and MariaDB. */
export const mysql: Source<DatabaseArtifact, DumpContent, DumpSettings> = {
  kind: 'database',
  reading: dumpReading,
  words: databaseWords,
  backup: backupDatabases,
}
