import { SqlLexer } from '../lexer/sql-lexer'
import { type Token, TokenWindow } from '../lexer/token-window'

/** As written by Percona's `mysqldump` 5.6 to 8.0: they enable the bulk load of RocksDB only where a server has it. */
const settings = [
  "SET @save_old_rocksdb_bulk_load = IF (@is_rocksdb_supported, 'SET @old_rocksdb_bulk_load = @@rocksdb_bulk_load', 'SET @dummy_old_rocksdb_bulk_load = 0')",
  "SET @enable_bulk_load = IF (@is_rocksdb_supported, 'SET SESSION rocksdb_bulk_load = 1', 'SET @dummy_rocksdb_bulk_load = 0')",
  "SET @disable_bulk_load = IF (@is_rocksdb_supported, 'SET SESSION rocksdb_bulk_load = @old_rocksdb_bulk_load', 'SET @dummy_rocksdb_bulk_load = 0')",
  "SET @rocksdb_get_is_supported = IF (@rocksdb_has_p_s_session_variables, 'SELECT COUNT(*) INTO @rocksdb_is_supported FROM performance_schema.session_variables WHERE VARIABLE_NAME=\\'rocksdb_bulk_load\\'', 'SELECT 0')",
  "SET @rocksdb_enable_bulk_load = IF (@rocksdb_is_supported, 'SET SESSION rocksdb_bulk_load = 1', 'SET @rocksdb_dummy_bulk_load = 0')",
].map(exact)

const questions = [
  "SELECT COUNT(*) INTO @is_rocksdb_supported FROM INFORMATION_SCHEMA.SESSION_VARIABLES WHERE VARIABLE_NAME='rocksdb_bulk_load'",
  "SELECT COUNT(*) INTO @rocksdb_has_p_s_session_variables FROM INFORMATION_SCHEMA.TABLES WHERE TABLE_SCHEMA = 'performance_schema' AND TABLE_NAME = 'session_variables'",
].map(exact)

/** In tokens; longer than each of them. */
const textLimit = 64

/** Recognises statements that prepare and run a text, when it is one that this tool is known to prepare. */
export class BulkLoadIdiom {
  private text: string[] = []
  /** The variable that the last statement set to such a text. */
  private variable: string | undefined
  private isPrepared = false

  token(token: Token): void {
    if (this.text.length < textLimit) this.text.push(exactToken(token))
  }

  /** Whether the statement that ends here is part of the idiom. */
  end(): boolean {
    const text = this.text.join(' ')
    this.text = []
    const { variable, isPrepared } = this
    this.variable = undefined
    this.isPrepared = false
    if (settings.includes(text)) {
      this.variable = text.split(' ')[2]
      return true
    }
    // Only right after the setting: anything in between could have changed the text.
    this.isPrepared =
      (variable !== undefined && text === `PREPARE S FROM @ ${variable}`) || (isPrepared && text === 'EXECUTE S')
    return this.isPrepared || text === 'DEALLOCATE PREPARE S' || questions.includes(text)
  }
}

function exactToken({ kind, text, word }: Token): string {
  return kind === 'string' ? `'${text}'` : kind === 'name' ? `\`${text}\`` : word
}

function exact(sql: string): string {
  const tokens: string[] = []
  const lexer = new SqlLexer({
    token: (kind, text) => {
      tokens.push(exactToken(TokenWindow.token(kind, text)))
    },
    statementEnd: () => {},
    lineComment: () => {},
  })
  lexer.scan(Buffer.from(`${sql}\n`), 0)
  return tokens.join(' ')
}
