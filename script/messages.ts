/** Reads the messages out of the source: what the program may say to a person, and what to do then. */
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import ts from 'typescript'

/** The section of the page: every message as code, with its code before it and what to do below. */
export function messagesSection(source: string): string {
  return messageGroups(source)
    .filter(({ messages }) => messages.length > 0)
    .map(({ heading, messages }) => `#### ${heading}\n\n${messages.map(messageItem).join('\n')}`)
    .join('\n\n')
}

/** A message of the program; what differs from run to run is `…`. */
interface Message {
  /** Of a finding. */
  code?: string
  what: string
  fix: string
}

/** A part of the program, and its messages in the order of the source. */
interface MessageGroup {
  heading: string
  messages: readonly Message[]
}

/** In the order of a run; a file belongs to the first folder that it is in. */
const places: readonly [heading: string, folders: readonly string[]][] = [
  ['Inputs', ['inputs', 'findings', 'repository/names', 'ssh/keys', 'sources/mysql/dump/dump-options.ts']],
  ['The connection', ['ssh']],
  ['The server', ['server', 'sources/host']],
  ['The database', ['sources/mysql']],
  ['Files', ['sources/files']],
  ['The drill', ['sources/drill', 'commands/verify']],
  ['The store', ['store']],
  ['Recovery points', ['repository']],
  ['The run', ['']],
]

/** How messages are made, with the place of the code, of the text and of the fix among the arguments. */
const makers: Readonly<Record<string, { code?: number; what: number; fix?: number; facts?: number }>> = {
  problem: { code: 0, what: 1, fix: 2 },
  warning: { code: 0, what: 1, fix: 2 },
  UserError: { what: 0, facts: 1 },
  FailureError: { what: 0, facts: 1 },
  StoreError: { what: 0, facts: 1 },
  CheckError: { what: 0, facts: 1 },
  PublishError: { what: 0, facts: 1 },
  ManifestError: { what: 0, facts: 1 },
}

/** All messages, below the headings of their parts. */
function messageGroups(source: string): MessageGroup[] {
  const files = readdirSync(source, { recursive: true, encoding: 'utf8' })
    .filter(name => name.endsWith('.ts'))
    .sort()
  const groups = places.map(([heading]) => ({ heading, messages: [] as Message[] }))
  for (const file of files) {
    const place = places.findIndex(([, folders]) =>
      folders.some(folder => file === folder || file.startsWith(folder && `${folder}/`)),
    )
    groups[place]?.messages.push(...messagesIn(join(source, file)))
  }
  return groups.map(({ heading, messages }) => ({ heading, messages: unique(messages) }))
}

function messagesIn(path: string): Message[] {
  const file = ts.createSourceFile(path, readFileSync(path, 'utf8'), ts.ScriptTarget.Latest, true)
  const constants = new Map<string, ts.Expression>()
  const found: Message[] = []
  const visit = (node: ts.Node): void => {
    if (ts.isVariableDeclaration(node) && ts.isIdentifier(node.name) && node.initializer !== undefined) {
      constants.set(node.name.text, node.initializer)
    }
    ts.forEachChild(node, visit)
  }
  const read = (node: ts.Node): void => {
    if (ts.isCallExpression(node) || ts.isNewExpression(node)) found.push(...messagesOf(node, constants))
    else if (ts.isObjectLiteralExpression(node)) found.push(...tableMessages(node, constants))
    ts.forEachChild(node, read)
  }
  visit(file)
  read(file)
  return found
}

function messagesOf(node: ts.CallExpression | ts.NewExpression, constants: Constants): Message[] {
  const maker = makers[node.expression.getText()]
  const [first, ...rest] = node.arguments ?? []
  if (node.expression.getText() === 'wrongInput') return wrongInputs(node.arguments ?? [], constants)
  if (maker === undefined || first === undefined) return []
  const given = [first, ...rest]
  const [code] = maker.code === undefined ? [] : textsOf(given[maker.code], constants)
  const fix = maker.facts === undefined ? given[maker.fix ?? -1] : property(given[maker.facts], 'advice')
  const fixes = textsOf(fix, constants).filter(isText)
  return textsOf(given[maker.what], constants)
    .filter(text => isText(text) && !/^[a-z]+ /.test(text))
    .map(what => ({ what, fix: fixes.join(' Or: '), ...(code === undefined ? {} : { code }) }))
}

/** `wrongInput(name, rule, value, advice)`. */
function wrongInputs([name, rule, , advice]: readonly ts.Expression[], constants: Constants): Message[] {
  const names = name !== undefined && ts.isStringLiteralLike(name) ? [name.text] : ['…']
  const fix = textsOf(advice, constants).join(' Or: ')
  return names.flatMap(each =>
    textsOf(rule, constants).map(text => ({ what: `Input "${each}" must ${text}, got ….`, fix })),
  )
}

/** A row of a table of explanations: of an answer of the store, or of a number of the database. */
function tableMessages(node: ts.ObjectLiteralExpression, constants: Constants): Message[] {
  const fix = textsOf(property(node, 'advice'), constants).filter(isText).join(' Or: ')
  const reasons = textsOf(property(node, 'reason'), constants).map(reason => `Could not …: ${reason}.`)
  const whole = ['meaning', 'message'].flatMap(name => textsOf(property(node, name), constants))
  return fix === '' ? [] : [...reasons, ...whole].filter(isText).map(what => ({ what, fix }))
}

type Constants = ReadonlyMap<string, ts.Expression>

/** Every text that an expression may have: both of `a ? b : c`. What is not written there is `…`. */
function textsOf(node: ts.Expression | undefined, constants: Constants, depth = 0): string[] {
  if (node === undefined || depth > 4) return []
  if (ts.isStringLiteralLike(node)) return [node.text]
  if (ts.isParenthesizedExpression(node)) return textsOf(node.expression, constants, depth)
  if (ts.isConditionalExpression(node)) {
    return [node.whenTrue, node.whenFalse].flatMap(each => textsOf(each, constants, depth + 1))
  }
  if (ts.isTemplateExpression(node)) {
    const rest = node.templateSpans.map(
      ({ expression, literal }) => `${spanText(expression, constants)}${literal.text}`,
    )
    return [[node.head.text, ...rest].join('')]
  }
  if (ts.isCallExpression(node) && ts.isPropertyAccessExpression(node.expression)) {
    const { expression: list, name } = node.expression
    const isLines = name.text === 'join' && ts.isArrayLiteralExpression(list)
    return isLines ? [list.elements.flatMap(each => textsOf(each, constants, depth + 1)).join(' ')] : []
  }
  if (ts.isIdentifier(node)) return textsOf(constants.get(node.text), constants, depth + 1)
  return []
}

/** A constant of the same file is part of the text. */
function spanText(expression: ts.Expression, constants: Constants): string {
  if (!ts.isIdentifier(expression)) return '…'
  const value = constants.get(expression.text)
  return value !== undefined && ts.isStringLiteralLike(value) ? value.text : '…'
}

function property(node: ts.Expression | undefined, name: string): ts.Expression | undefined {
  if (node === undefined || !ts.isObjectLiteralExpression(node)) return undefined
  const found = node.properties.find(each => each.name?.getText() === name)
  return found !== undefined && ts.isPropertyAssignment(found) ? found.initializer : undefined
}

function isText(text: string): boolean {
  return text.replace(/[….,:;()\s]/g, '').length >= 12
}

function unique(messages: readonly Message[]): Message[] {
  return [...new Map(messages.map(each => [each.what, each])).values()]
}

function messageItem({ code, what, fix }: Message): string {
  const lead = code === undefined ? '' : `**${code}**: `
  const rest = fix === '' ? '' : `<br>${escaped(fix)}`
  return `- ${lead}${asCode(what)}${rest}`
}

function asCode(text: string): string {
  const line = text.replace(/\s+/g, ' ').trim()
  return line.includes('`') ? `\`\` ${line} \`\`` : `\`${line}\``
}

function escaped(text: string): string {
  return text
    .replace(/\s+/g, ' ')
    .trim()
    .replace(/[<>*_`[\]#|]/g, '\\$&')
}
