import { UserError } from '../../runtime/errors'

/** What expressions are read from. Undefined: there is no such value. */
export interface ExpressionValues {
  secret(name: string): string | undefined
  variable(name: string): string | undefined
  /** Of `inputs.x`, by the form of the workflow. */
  input(name: string): string | undefined
  /** Called with the name of a secret or a variable that is nowhere, where nothing takes its place. */
  missing(name: string): void
}

/**
 * Fills in every `${{ … }}` of a text: `secrets.X`, `vars.X`, `inputs.x`, texts in single quotes, numbers, `true`, `false`,
 * `null`, and these joined by `||`. `github.token` is the secret GITHUB_TOKEN, or nothing. Throws `UserError` for any
 * other expression.
 */
export function fillIn(text: string, values: ExpressionValues): string {
  return text.replaceAll(/\$\{\{(.*?)\}\}/gs, (_, expression: string) => {
    const operands = operandsOf(expression)
    const found = operands.map(operand => operandValue(operand, values, expression.trim()))
    const chosen = found.find(isTruthy) ?? found.at(-1)
    if (chosen?.missing !== undefined) values.missing(chosen.missing)
    return chosen?.value ?? ''
  })
}

interface Operand {
  value: string
  /** Only what YAML or an expression says without quotes is false. */
  isFalse?: boolean
  /** The name of what is nowhere. */
  missing?: string
}

function isTruthy({ value, isFalse = false, missing }: Operand): boolean {
  return missing === undefined && value !== '' && !isFalse
}

/** Splits at `||` outside of quotes. */
function operandsOf(expression: string): string[] {
  const parts = expression.match(/(?:'(?:[^']|'')*'|(?!\|\|)[^'])+|\|\|/gs) ?? []
  return parts.filter(part => part !== '||').map(part => part.trim())
}

function operandValue(operand: string, values: ExpressionValues, expression: string): Operand {
  const literal = /^'((?:[^']|'')*)'$/s.exec(operand)?.[1]
  if (literal !== undefined) return { value: literal.replaceAll("''", "'") }
  if (operand === 'null') return { value: '' }
  if (operand === 'true') return { value: operand }
  if (operand === 'false' || operand === '0') return { value: operand, isFalse: true }
  if (/^-?\d+(\.\d+)?$/.test(operand)) return { value: String(Number(operand)) }
  const [, context = '', dotted, bracketed] =
    /^([a-z]+)(?:\.([A-Za-z_][\w-]*)|\[\s*'([^']*)'\s*\])$/i.exec(operand) ?? []
  const name = dotted ?? bracketed ?? ''
  switch (context.toLowerCase()) {
    case 'secrets':
      return found(values.secret(name), name)
    case 'vars':
      return found(values.variable(name), name)
    case 'inputs': {
      const value = values.input(name)
      return { value: value ?? '', isFalse: value === 'false' }
    }
    case 'github':
      if (name.toLowerCase() === 'token') return { value: values.secret('GITHUB_TOKEN') ?? '' }
  }
  throw unknownExpression(expression, operand)
}

function found(value: string | undefined, name: string): Operand {
  return value === undefined ? { value: '', missing: name } : { value }
}

function unknownExpression(expression: string, operand: string): UserError {
  const context = /^[a-z]+(?=[.[])/i.exec(operand)?.[0]?.toLowerCase() ?? ''
  return new UserError(`The expression \${{ ${expression} }} is not supported outside GitHub.`, {
    advice: `${instead[context] ?? 'secrets, vars and inputs are supported, and || between them.'} Or write the inputs of the step, with their values, into a file of their own, one "name: value" each.`,
  })
}

const instead: Readonly<Record<string, string>> = {
  matrix: 'A matrix is many runs, and this is one of them.',
  env: 'Use vars in place of env: they are read from environment variables.',
  steps: 'No other step has run.',
}
