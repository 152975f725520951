import { quotedAccount, quotedIdentifier } from '../client/sql-names'
import { databasesToGrantOn, type Grants, mayUse } from '../inventory/grants'

/** What a restore does in a database: making and dropping everything, writing rows, and dumping it again. */
const needed = [
  'SELECT',
  'INSERT',
  'CREATE',
  'DROP',
  'ALTER',
  'INDEX',
  'REFERENCES',
  'LOCK TABLES',
  'CREATE VIEW',
  'SHOW VIEW',
  'TRIGGER',
  'CREATE ROUTINE',
  'ALTER ROUTINE',
  'EVENT',
]

/**
 * The rights that are missing on a database, there or not, with the statement that gives them; undefined when none is.
 */
export function missingRights(request: {
  grants: Grants
  /** `CURRENT_USER()`: `restore@localhost`. */
  user: string
  database: string
}): { missing: string[]; grant: string } | undefined {
  const { grants, user, database } = request
  const missing = needed.filter(privilege => !mayUse(grants, privilege, { database }))
  if (missing.length === 0) return undefined
  const names = [...new Set(missing.flatMap(privilege => databasesToGrantOn(grants, privilege, database)))]
  return {
    missing,
    grant: names
      .map(name => `GRANT ${missing.join(', ')} ON ${quotedIdentifier(name)}.* TO ${quotedAccount(user)};`)
      .join(' '),
  }
}
