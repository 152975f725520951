/** A workflow command in a line of output. `name` in lower case, values decoded. */
export interface WorkflowCommand {
  name: string
  properties: Readonly<Record<string, string>>
  data: string
}

/** The commands that the runner knows (`ActionCommandManager` and its extensions in actions/runner). */
const known = [
  'add-mask',
  'add-matcher',
  'add-path',
  'debug',
  'echo',
  'endgroup',
  'error',
  'group',
  'internal-set-repo-path',
  'notice',
  'remove-matcher',
  'save-state',
  'set-env',
  'set-output',
  'stop-commands',
  'warning',
]

/**
 * Finds commands in lines as actions/runner does: `::name key=value,…::data` at the start of a line once it is trimmed,
 * or else `##[name key=value;…]data` anywhere in it. After `stop-commands` only its token is a command.
 */
export class CommandParser {
  private token: string | undefined

  parse(line: string): WorkflowCommand | undefined {
    const names = this.token === undefined ? known : [...known, this.token.toLowerCase()]
    const command = parseColons(line, names) ?? parseBrackets(line, names)
    if (command === undefined) return undefined
    if (this.token !== undefined) {
      if (command.name === this.token.toLowerCase()) this.token = undefined
      return undefined
    }
    if (command.name === 'stop-commands') {
      this.token = command.data
      return undefined
    }
    return command
  }
}

function parseColons(line: string, names: readonly string[]): WorkflowCommand | undefined {
  const text = line.trim()
  if (!text.startsWith('::')) return undefined
  const end = text.indexOf('::', 2)
  if (end < 0) return undefined
  const head = splitHead(text.slice(2, end), names)
  if (head === undefined) return undefined
  return {
    name: head.name,
    properties: readProperties(head.rest, ',', { '%3A': ':', '%2C': ',' }),
    data: decode(text.slice(end + 2)),
  }
}

function parseBrackets(line: string, names: readonly string[]): WorkflowCommand | undefined {
  const start = line.indexOf('##[')
  if (start < 0) return undefined
  const end = line.indexOf(']', start)
  if (end < 0) return undefined
  const head = splitHead(line.slice(start + 3, end), names)
  if (head === undefined) return undefined
  const escapes = { '%3B': ';', '%5D': ']' }
  return {
    name: head.name,
    properties: readProperties(head.rest, ';', escapes),
    data: decode(line.slice(end + 1), escapes),
  }
}

function splitHead(head: string, names: readonly string[]): { name: string; rest: string } | undefined {
  const space = head.indexOf(' ')
  const name = (space < 0 ? head : head.slice(0, space)).toLowerCase()
  return names.includes(name) ? { name, rest: space < 0 ? '' : head.slice(space + 1) } : undefined
}

function readProperties(text: string, separator: string, escapes: Escapes): Record<string, string> {
  const properties: Record<string, string> = {}
  for (const pair of text.split(separator)) {
    const equals = pair.indexOf('=')
    if (equals > 0) properties[pair.slice(0, equals).trim()] = decode(pair.slice(equals + 1), escapes)
  }
  return properties
}

type Escapes = Readonly<Record<string, string>>

function decode(text: string, more: Escapes = {}): string {
  let decoded = text
  for (const [escaped, character] of Object.entries({ '%0D': '\r', '%0A': '\n', ...more, '%25': '%' })) {
    decoded = decoded.replaceAll(escaped, character)
  }
  return decoded
}
