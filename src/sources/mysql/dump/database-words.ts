import { shellWord } from '../../../findings/shell-word'
import { decodeCommands, type Encoded, encodedAs } from '../../../pipeline/codec'
import { obstacleMark } from '../../../repository/manifest/kinds/database'
import type { DatabaseArtifact } from '../../../repository/manifest/manifest'
import type { SourceWords } from '../../source-words'
import type { DatabaseDefaults } from '../client/database-statements'
import { quotedIdentifier } from '../client/sql-names'
import { traitWarnings } from '../traits/trait-warnings'
import { bringBackTables } from './bring-back-tables'
import { databaseCounts } from './database-counts'

/** How databases and their dumps are shown. */
export const databaseWords: SourceWords<DatabaseArtifact> = {
  title: 'Database',
  all: ({ length }) => (length === 1 ? 'the database' : `${length} databases`),
  holds: ({ database }) => [`the database ${JSON.stringify(database)}`],
  origins: ({ database }) => [database],
  counts: ({ content }) => databaseCounts({ ...content, tables: content.tables.length }),
  parts: ({ content }) => content.tables,
  news: ({ database, content }, before) =>
    before?.marks?.['obstacle'] === obstacleMark(content)
      ? []
      : traitWarnings(content.traits, `Database ${JSON.stringify(database)}`),
  bringBack: bringBackTables,
  recovery: (artifact, fetch) =>
    importCommands({ database: artifact.database, ...artifact.content, ...encodedAs(artifact) }, fetch(artifact.key)),
  recoveryNote:
    'Run on the server that is to have it. SITE_USER is the database user of the site, with rights on this database only: as root, whatever somebody put into a dump would run with all rights.',
}

/**
 * Gives views, triggers, routines and events to whoever imports them: a user of one database may use no other name. Only
 * lines are changed that begin as the dump tools begin these.
 */
const ownNames =
  "LC_ALL=C sed -E '/^(\\/\\*!50[0-9]+ (CREATE\\*\\/|DEFINER=)|CREATE DEFINER=)/s/DEFINER=`[^`]*`(@`[^`]*`)?/DEFINER=CURRENT_USER/'"

/**
 * Creates a database and imports a dump into it, with standard tools, with rights on this database only. `fetch`: prints
 * the stored dump.
 */
export function importCommands(
  { database, characterSet, collation, ...encoded }: DatabaseDefaults & Encoded & { database: string },
  fetch: string,
): string[] {
  // Without it the MariaDB client removes the comments in the bodies of triggers and routines.
  const client = [
    'mysql --user=SITE_USER --password --binary-mode --comments',
    ...(database.startsWith('-') ? ['--'] : []),
    shellWord(database),
  ]
  return [
    `mysql -e ${shellWord(`CREATE DATABASE IF NOT EXISTS ${quotedIdentifier(database)} CHARACTER SET ${characterSet} COLLATE ${collation}`)}`,
    [fetch, ...decodeCommands(encoded), ownNames, client.join(' ')].join(' | '),
  ]
}
