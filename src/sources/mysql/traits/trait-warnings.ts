import { type Finding, warning } from '../../../findings/finding'
import { listed } from '../../../findings/listed'
import { quotedName } from '../../../findings/quoted-name'
import type { DatabaseTrait } from '../../../repository/manifest/manifest'
import type { RecordedTraits, TraitName } from './trait'

/** What a restore of a database may stumble over, each with what to do about it. `where`: the database, in words. */
export function traitWarnings(traits: RecordedTraits = [], where: string): Finding[] {
  return traits.flatMap(recorded => {
    const names = listed(recorded.names.map(quotedName), namedAtMost, recorded.count)
    const text = texts[recorded.trait as TraitName]?.(names, recorded)
    if (text === undefined) return []
    const { what, fix } = text
    return [warning(recorded.trait, `${where}: ${what}`, fix)]
  })
}

const namedAtMost = 10

/** Undefined where a stock server has nothing against it. */
type Text = (names: string, recorded: DatabaseTrait) => { what: string; fix: string } | undefined

/** One for each trait that a person should know of. Those without a text are for the check of a target. */
const texts: Partial<Record<TraitName, Text>> = {
  'loose-foreign-keys': names => ({
    what: `these foreign keys lead to columns that are not a unique key, which MySQL refuses since 8.4: ${names}.`,
    fix: 'A restore by this action makes them all the same. By hand, run this first in the same session: SET SESSION restrict_fk_on_non_standard_key=OFF; Better make the columns a unique key.',
  }),
  'wide-rows': names => ({
    what: `a row of these tables can be too long for a page, which a stock server refuses: ${names}.`,
    fix: 'A restore needs a login that may switch innodb_strict_mode off: GRANT SESSION_VARIABLES_ADMIN ON *.* TO it. Better make long VARCHAR columns TEXT, or use ROW_FORMAT=DYNAMIC.',
  }),
  tablespaces: (names, { names: spaces }) => ({
    what: `it has tables in tablespaces of their own, which a new server does not have: ${names}.`,
    fix: [
      'Before a restore, make them there (or move the tables with ALTER TABLE … TABLESPACE innodb_file_per_table here):',
      ...spaces.slice(0, namedAtMost).map(createTablespace),
    ].join('\n'),
  }),
  'reference-systems': (names, { statements = [] }) => ({
    what: `its columns use spatial reference systems that are not among those of every server: ${names}.`,
    fix: [
      'Before a restore, make them on the new server:',
      ...statements.slice(0, namedAtMost).map(each => `${each};`),
    ].join('\n'),
  }),
  'encrypted-tables': names => ({
    what: `these tables are encrypted on the server, which takes a server with a keyring: ${names}.`,
    fix: 'Their dump is not encrypted. A new server must have its own key management (the plugins of this one) before a restore.',
  }),
  'foreign-engines': names => ({
    what: `it has tables of storage engines that a stock server lacks: ${names}.`,
    fix: 'Install the same engines on a new server before a restore.',
  }),
  'long-statements': (size, { statements = [] }) => ({
    what: `its dump has a statement of ${size.replaceAll('"', '')}, and a stock server takes less.`,
    fix: `A new server needs, for a restore and for the site:\n${statements.join('\n')}`,
  }),
  'unsafe-functions': (names, { statements }) =>
    statements && {
      what: `these functions are declared neither DETERMINISTIC nor NO SQL nor READS SQL DATA, which a server with a binary log, as every stock one of this version, refuses: ${names}.`,
      fix: `Declare what they do, or set this on a new server, and in its my.cnf below [mysqld]:\n${statements.join('\n')};`,
    },
  'named-time-zones': names => ({
    what: `its events are in time zones that a new server knows only when their tables are filled: ${names}.`,
    fix: 'Before a restore, run this on the new server as root:\nmysql_tzinfo_to_sql /usr/share/zoneinfo | mysql mysql',
  }),
  'float-columns': names => ({
    what: `the dump tool writes no more than six digits of a FLOAT, so 52.520008 comes back as 52.52 and 16777217 as 16777200: ${names}.`,
    fix: 'Make them DOUBLE or DECIMAL where the other digits matter: ALTER TABLE … MODIFY … DOUBLE;',
  }),
  'mangled-names': names => ({
    what: `the dump tool writes the names and comments of these in another character set than their code, so that they read otherwise when the dump is imported by hand: ${names}.`,
    fix: 'A restore by this action makes them as they are here. To have every tool do so, make them anew over a client with --default-character-set=utf8mb4.',
  }),
  'converted-code': names => ({
    what: `the code of these is in a character set in which the database client and the server read quotes differently: ${names}.`,
    fix: 'A restore by this action makes them with the same text, in utf8mb4. By hand they may fail: make them anew over a client with --default-character-set=utf8mb4.',
  }),
  'comment-ends': names => ({
    what: `the code of these ends in a comment, in which the dump tool then hides the end of the statement: ${names}.`,
    fix: 'A restore by this action makes them all the same. By hand the import fails there: make them anew without the comment at the end, or with a line break behind it.',
  }),
  'foreign-views': names => ({
    what: `these views use databases that are not in this backup: ${names}.`,
    fix: 'Add the databases to "databases". A new server that lacks them gets everything but these views.',
  }),
  'foreign-references': names => ({
    what: `these foreign keys lead into databases that are not in this backup: ${names}.`,
    fix: 'Add the databases to "databases". A new server that lacks them gets the tables all the same, and refuses new rows in them.',
  }),
  'foreign-libraries': names => ({
    what: `these use libraries of databases that are not in this backup: ${names}.`,
    fix: 'Add the databases to "databases", or make the libraries on a new server before a restore: without them it fails.',
  }),
  'undefined-bytes': names => ({
    what: `the character sets of these columns leave some bytes undefined, and the dump has a question mark for each of these: ${names}.`,
    fix: 'Nothing, where they hold only text of that character set. Bytes that are no text belong into VARBINARY or BLOB; text into utf8mb4.',
  }),
  'zoned-columns': names => ({
    what: `these columns are computed from a TIMESTAMP in the time zone of whoever writes a row. A dump does not have their values, and an import computes them anew in UTC: ${names}.`,
    fix: 'Nothing, where every session is in UTC. Otherwise compute them from a DATETIME, or make them VIRTUAL.',
  }),
}

/** A general tablespace of InnoDB, with a data file in the folder of the server. */
export function createTablespace(name: string): string {
  const file = name.replace(/[^A-Za-z0-9_-]/g, '_')
  return `CREATE TABLESPACE \`${name.replaceAll('`', '``')}\` ADD DATAFILE '${file}.ibd' ENGINE=InnoDB;`
}
