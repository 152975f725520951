import { UserError } from '../../runtime/errors'

/**
 * The text that an action gets for a value of YAML: `true` and `false` in small letters, a number as GitHub prints it
 * (`1.10` is `1.1`), nothing for null. Throws `UserError` for a list, a map, and a number of more digits than survive.
 */
export function valueText(value: unknown, name: string): string {
  switch (typeof value) {
    case 'string':
      return value
    case 'boolean':
      return String(value)
    case 'number':
      if (Math.abs(value) < 1e15) return String(value)
      throw new UserError(`Input "${name}" is a number of so many digits that some would be lost.`, {
        advice: 'Put it into quotes.',
      })
    default:
      if (value === null || value === undefined) return ''
      throw new UserError(`Input "${name}" must be text, got a ${Array.isArray(value) ? 'list' : 'map'}.`, {
        advice: `Write one item per line in a block: "${name}: |", and the lines below it, indented.`,
      })
  }
}
