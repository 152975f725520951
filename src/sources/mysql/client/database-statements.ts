import { quotedIdentifier } from './sql-names'

/** The defaults of a database. */
export interface DatabaseDefaults {
  characterSet: string
  collation: string
}

/** Makes a database that is not there. */
export function createDatabase(name: string, defaults: DatabaseDefaults): string {
  return `CREATE DATABASE ${quotedIdentifier(name)}${defaultsClause(defaults)};`
}

/** Takes a database away with everything in it; grants on it stay. */
export function dropDatabase(name: string): string {
  return `DROP DATABASE IF EXISTS ${quotedIdentifier(name)};`
}

/** Gives a database that is there other defaults. */
export function alterDatabase(name: string, defaults: DatabaseDefaults): string {
  return `ALTER DATABASE ${quotedIdentifier(name)}${defaultsClause(defaults)};`
}

/** Names of character sets and collations come from a manifest, which is somebody else's text. */
function defaultsClause({ characterSet, collation }: DatabaseDefaults): string {
  const odd = [characterSet, collation].find(name => !/^[A-Za-z0-9_]*$/.test(name))
  if (odd !== undefined) throw new TypeError(`No character set and no collation is called ${JSON.stringify(odd)}.`)
  return `${characterSet === '' ? '' : ` CHARACTER SET ${characterSet}`}${collation === '' ? '' : ` COLLATE ${collation}`}`
}
