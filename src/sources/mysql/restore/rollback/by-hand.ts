import { shellWord } from '../../../../findings/shell-word'
import { encodedAs, isEncryptedKey } from '../../../../pipeline/codec'
import { fetchCommand, type S3Place } from '../../../../store/s3/fetch-command'
import { type DatabaseDefaults, dropDatabase } from '../../client/database-statements'
import { quotedAccount } from '../../client/sql-names'
import { importCommands } from '../../dump/database-words'

/** The command that drops a database. */
export function dropByHand(database: string): string {
  return `mysql -e ${shellWord(dropDatabase(database))}`
}

/** The command that removes an account of an import. */
export function accountByHand(account: string): string {
  return `mysql -e ${shellWord(`DROP USER ${quotedAccount(account)};`)}`
}

/** The commands that replace a database with its safety dump, with stock tools. */
export function restoreByHand(s3: S3Place, database: string, defaults: DatabaseDefaults, key: string): string[] {
  const { characterSet, collation } = defaults
  const dump = { database, characterSet, collation, ...encodedAs({ key, compression: 'gzip' }) }
  // Nothing is dropped before the key is at hand.
  const first = isEncryptedKey(key) ? ['ls key.txt'] : []
  return [...first, dropByHand(database), ...importCommands(dump, fetchCommand(s3, key))]
}
