import { wrongInput } from '../../findings/wrong-input'
import { isManualName, manualFolder } from '../../repository/names/manual-name'
import { type InputReader, optional } from '../read'

/** The input `name`: of a recovery point of its own. Undefined: the run writes a slot of the ring. */
export function readName(read: InputReader): string | undefined {
  const name = optional(read, 'name')
  if (name === undefined || isManualName(name)) return name
  const bare = name.startsWith(`${manualFolder}/`) ? name.slice(manualFolder.length + 1) : name
  const better = bare
    .replace(/[^A-Za-z0-9_]+/g, '-')
    .replace(/^-|-$/g, '')
    .slice(0, 80)
  const advice = `For example: ${better === '' ? 'before-update' : better}`
  throw wrongInput('name', 'have only letters A to Z, digits, "_" and "-", 80 at most', name, advice)
}
