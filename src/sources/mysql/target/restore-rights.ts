import { quotedAccount, quotedIdentifier } from '../client/sql-names'
import { databasesToGrantOn, type Grants, mayUse } from '../inventory/grants'

/** A restore creates and drops everything in a database, writes rows, and dumps it again. */
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

/** The missing rights on a database, which may not exist yet, and the GRANT for them; undefined: none is missing. */
export function missingRights(
  /** `user`: `restore@localhost`. */
  { grants, user, database }: { grants: Grants; user: string; database: string },
): { missing: string[]; grant: string } | undefined {
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
