import { quotedIdentifier } from './sql-names'

/** The defaults of a database. */
export interface DatabaseDefaults {
  characterSet: string
  collation: string
}

/** Creates a new database. */
export function createDatabase(name: string, defaults: DatabaseDefaults): string {
  return `CREATE DATABASE ${quotedIdentifier(name)}${defaultsClause(defaults)};`
}

/** Drops a database with its contents; grants on it stay. */
export function dropDatabase(name: string): string {
  return `DROP DATABASE IF EXISTS ${quotedIdentifier(name)};`
}

/** Changes the defaults of an existing database. */
export function alterDatabase(name: string, defaults: DatabaseDefaults): string {
  return `ALTER DATABASE ${quotedIdentifier(name)}${defaultsClause(defaults)};`
}

/** The names come from a manifest, which is not trusted. */
function defaultsClause({ characterSet, collation }: DatabaseDefaults): string {
  const odd = [characterSet, collation].find(name => !/^[A-Za-z0-9_]*$/.test(name))
  if (odd !== undefined) throw new TypeError(`No character set and no collation is called ${JSON.stringify(odd)}.`)
  return `${characterSet === '' ? '' : ` CHARACTER SET ${characterSet}`}${collation === '' ? '' : ` COLLATE ${collation}`}`
}
