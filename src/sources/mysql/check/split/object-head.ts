import type { QuoteMode, TokenKind } from '../lexer/sql-token'
import { nameOf } from '../statements/dump-statement'
import type { HeldKind, HeldObject } from './held-object'

const algorithms = ['UNDEFINED', 'MERGE', 'TEMPTABLE']
const duality = ['JSON', 'RELATIONAL', 'DUALITY']
const securities = ['DEFINER', 'INVOKER']
const kinds = ['VIEW', 'TRIGGER', 'EVENT', 'PROCEDURE', 'FUNCTION', 'PACKAGE', 'LIBRARY']

interface HeadToken {
  kind: TokenKind
  text: string
  word: string
}

/** The parts of a CREATE statement up to the name of its object. */
export interface ReadHead {
  kind: HeldKind
  name: string
  definer: string
  attributes: string
  security: string
  /** Of the name's end in the statement. */
  end: number
  /** The name is in a conditional comment, whose end is behind it. */
  isConditional: boolean
}

/** Reads the head of a CREATE statement as both dump tools write it, token by token. */
export class ObjectHead {
  private readonly tokens: HeadToken[] = []
  private head: ReadHead | undefined
  private readonly quoteMode: QuoteMode
  private state: 'reading' | 'named' | 'qualified' | 'over' = 'reading'

  /** `quoteMode`: the current one, which changes. */
  constructor(quoteMode: QuoteMode) {
    this.quoteMode = quoteMode
  }

  /** Undefined for a head that no dump tool writes. */
  get result(): ReadHead | undefined {
    return this.head
  }

  /** Of the whole statement, without its delimiter; undefined for a form that no dump tool writes. */
  partsOf(sql: Buffer): Omit<HeldObject, 'session'> | undefined {
    if (this.head === undefined) return undefined
    const { end, isConditional, ...object } = this.head
    const rest = behindName(sql.subarray(end), isConditional)
    // A copy: the bytes of a small object must not keep a whole chunk.
    return rest === undefined ? undefined : { ...object, rest: Buffer.from(rest) }
  }

  /** `end`: of the token, in the statement. */
  token(kind: TokenKind, text: string, isConditional: boolean, end: number): void {
    if (this.state === 'reading') {
      this.tokens.push({ kind, text, word: kind === 'word' ? text.toUpperCase() : kind === 'symbol' ? text : '' })
      const parsed = parse(this.tokens)
      if (parsed === 'open') return
      this.state = 'named'
      if (parsed !== 'other')
        this.head = { ...parsed, name: nameOf(parsed.kind, text, this.quoteMode), end, isConditional }
    } else if (this.state === 'named') {
      // Servers keep the database in front of the name of a trigger, where its author wrote one.
      this.state = kind === 'symbol' && text === '.' ? 'qualified' : 'over'
    } else if (this.state === 'qualified') {
      if (this.head !== undefined) this.head = { ...this.head, name: nameOf(this.head.kind, text, this.quoteMode), end }
      this.state = 'over'
    }
  }
}

/** How both tools close the conditional comments of a CREATE statement, and what views have there. */
const closing = /\s*\*\/\s*(?:\/\*!50002 (WITH (?:CASCADED|LOCAL) CHECK OPTION)\s*\*\/\s*)?$/

/** What follows the head: the text of the object. Undefined: a conditional comment around it has no end. */
function behindName(bytes: Buffer, isConditional: boolean): Buffer | undefined {
  if (!isConditional) return bytes
  // One character for each byte. Only the last ones may be the end of the comments.
  const tail = bytes.toString('latin1', Math.max(0, bytes.length - 100))
  const found = closing.exec(tail)
  if (found === null) return undefined
  const [closed, option = ''] = found
  const code = bytes.subarray(0, bytes.length - closed.length)
  return option === '' ? code : Buffer.concat([code, Buffer.from(` ${option}`)])
}

type Parsed = Omit<ReadHead, 'end' | 'isConditional'>

/** `open`: the name is still to come. */
function parse(tokens: readonly HeadToken[]): Parsed | 'open' | 'other' {
  let at = 0
  const next = () => tokens[at++]
  const isNext = (word: string) => tokens[at]?.word === word
  if (next()?.word !== 'CREATE') return 'other'
  if (isNext('OR')) {
    at++
    if (tokens[at] !== undefined && next()?.word !== 'REPLACE') return 'other'
  }
  let algorithm = ''
  if (isNext('ALGORITHM')) {
    const [equals, value] = [tokens[at + 1], tokens[at + 2]]
    if (equals === undefined || value === undefined) return 'open'
    if (equals.word !== '=' || !algorithms.includes(value.word)) return 'other'
    algorithm = `ALGORITHM=${value.word}`
    at += 3
  }
  const definer = readDefiner(tokens, at)
  if (definer === 'open' || definer === 'other') return definer
  at = definer.at
  let security = ''
  if (isNext('SQL')) {
    const [word, value] = [tokens[at + 1], tokens[at + 2]]
    if (word === undefined || value === undefined) return 'open'
    if (word.word !== 'SECURITY' || !securities.includes(value.word)) return 'other'
    security = `SQL SECURITY ${value.word}`
    at += 3
  }
  const isAggregate = isNext('AGGREGATE')
  if (isAggregate) at++
  if (isNext('JSON')) {
    // Of MySQL: CREATE JSON RELATIONAL DUALITY VIEW.
    if (tokens.length < at + duality.length) return 'open'
    if (duality.some((word, index) => tokens[at + index]?.word !== word)) return 'other'
    at += duality.length
    security = `${security} ${duality.join(' ')}`.trim()
  }
  return readName(tokens, at, { definer: definer.definer, attributes: isAggregate ? 'AGGREGATE' : algorithm, security })
}

/** [DEFINER = user [@ host]] */
function readDefiner(tokens: readonly HeadToken[], from: number): { definer: string; at: number } | 'open' | 'other' {
  if (tokens[from] === undefined) return 'open'
  if (tokens[from].word !== 'DEFINER') return { definer: '', at: from }
  const [equals, user, at, host, next] = tokens.slice(from + 1)
  // What follows shows whether there is a host.
  if (equals === undefined || user === undefined || at === undefined) return 'open'
  if (equals.word !== '=' || !isName(user)) return 'other'
  if (at.word !== '@') return { definer: user.text, at: from + 3 }
  if (host === undefined || next === undefined) return 'open'
  if (!isName(host)) return 'other'
  return { definer: host.text === '' ? user.text : `${user.text}@${host.text}`, at: from + 5 }
}

function isName({ kind }: HeadToken): boolean {
  return kind === 'name' || kind === 'string'
}

function readName(
  tokens: readonly HeadToken[],
  from: number,
  head: Pick<Parsed, 'definer' | 'attributes' | 'security'>,
): Parsed | 'open' | 'other' {
  const [kind, second, third] = tokens.slice(from)
  if (kind === undefined || second === undefined) return 'open'
  if (!kinds.includes(kind.word)) return 'other'
  const isBody = kind.word === 'PACKAGE' && second.word === 'BODY'
  const name = isBody ? third : second
  if (name === undefined) return 'open'
  // A tool that does not quote names writes them as words.
  if (name.kind !== 'name' && name.kind !== 'word') return 'other'
  const held = isBody ? 'package body' : (kind.word.toLowerCase() as HeldKind)
  if (head.definer !== '') return { kind: held, name: name.text, ...head }
  // Without a definer, an object would get the rights of whoever makes it.
  if (held === 'library') return { kind: held, name: name.text, ...head }
  return held === 'view' && head.attributes === '' ? { kind: 'placeholder', name: name.text, ...head } : 'other'
}
