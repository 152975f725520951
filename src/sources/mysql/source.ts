import type { DatabaseArtifact } from '../../repository/manifest/manifest'
import type { Source } from '../source'
import type { DumpContent } from './check/dump-content'
import { drillDatabases } from './drill/drill-databases'
import type { DatabaseDrillSettings } from './drill/drill-work'
import { removeDrillServers } from './drill/remove-drill-servers'
import { databaseWords } from './dump/database-words'
import { dumpReading } from './dump/dump-reading'
import { backupDatabases } from './plan/backup-databases'
import type { DumpSettings } from './plan/database-settings'
import { restoreDatabases } from './restore/restore-databases'
import type { DatabaseRestoreSettings } from './restore/restore-settings'
import { unfinishedDatabases } from './restore/rollback/unfinished-databases'

/** Databases of MySQL and MariaDB. */
export const mysql: Source<
  DatabaseArtifact,
  DumpContent,
  DumpSettings,
  DatabaseRestoreSettings,
  DatabaseDrillSettings
> = {
  kind: 'database',
  reading: dumpReading,
  words: databaseWords,
  backup: backupDatabases,
  restore: restoreDatabases,
  unfinished: unfinishedDatabases,
  drill: drillDatabases,
  removeLeftovers: removeDrillServers,
}
