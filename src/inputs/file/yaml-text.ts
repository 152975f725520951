import { LineCounter, parseDocument } from 'yaml'
import { UserError } from '../../runtime/errors'

/**
 * Reads YAML as GitHub does: version 1.2, where only `true` and `false` are booleans, no key twice. The error names the
 * line and shows nothing of it: it may hold a secret. Throws `UserError`.
 */
export function parseYaml(text: string, file: string): unknown {
  const lines = new LineCounter()
  const document = parseDocument(text, { version: '1.2', schema: 'core', prettyErrors: false, lineCounter: lines })
  const [error] = document.errors
  if (error === undefined) return document.toJS({ maxAliasCount: 100 })
  const { line, col } = lines.linePos(error.pos[0])
  throw new UserError(`"${file}" is not YAML: line ${line}, column ${col}: ${error.code}.`, {
    advice: adviceOf[error.code] ?? 'Compare the line with an example in examples/.',
  })
}

const adviceOf: Readonly<Record<string, string>> = {
  BAD_INDENT: 'Indent it as its neighbours, with spaces.',
  TAB_AS_INDENT: 'Indent with spaces: YAML takes no tabs.',
  DUPLICATE_KEY: 'The same name is there twice: remove one.',
  MULTILINE_IMPLICIT_KEY: 'A colon after the name is missing, or the value needs quotes.',
  BAD_ALIAS: 'A value that begins with * needs quotes.',
}

/** An object with names, and neither a list nor a text. */
export function isMap(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
