import { shown } from '../../../findings/wrong-input'
import type { DatabaseArtifact } from '../../../repository/manifest/manifest'
import { UserError } from '../../../runtime/errors'
import type { RestoreChoice } from '../../restore-part'
import { systemSchemas } from '../client/system-schemas'
import type { DatabaseRestoreSettings } from '../restore/restore-settings'
import type { DatabasePart } from './planned-database'

/** Which databases to restore, and under which names. Throws UserError that names what the recovery point has. */
export function chooseDatabases(
  wanted: DatabaseRestoreSettings['databases'],
  choice: RestoreChoice<DatabaseArtifact>,
): DatabasePart[] {
  const chosen =
    wanted === 'all'
      ? choice.artifacts.map(artifact => ({ artifact, target: artifact.database }))
      : wanted.map(item => chooseDatabase(item, choice))
  for (const [index, { target }] of chosen.entries()) {
    refuseName(target)
    const first = chosen.findIndex(other => other.target === target)
    if (first !== index) {
      throw new UserError(`Input "databases" restores two databases to the name ${JSON.stringify(target)}.`, {
        advice: 'Give each its own name, as in: shop=shop_copy',
      })
    }
  }
  return chosen
}

/** A name may contain `=`: the longest name of the recovery point that fits decides. */
function chooseDatabase(
  item: string,
  { manifest, artifacts, contents }: RestoreChoice<DatabaseArtifact>,
): DatabasePart {
  const whole = artifacts.find(({ database }) => database === item)
  if (whole !== undefined) return { artifact: whole, target: item }
  const found = artifacts
    .filter(({ database }) => item.startsWith(`${database}=`))
    .sort((one, other) => other.database.length - one.database.length)[0]
  if (found !== undefined) {
    const target = item.slice(found.database.length + 1).trim()
    if (target !== '') return { artifact: found, target }
  }
  const name = found?.database ?? item.split('=')[0] ?? item
  const problem = found === undefined ? 'is not in the recovery point' : 'has no name after the "="'
  throw new UserError(
    `The database ${JSON.stringify(name)} of "databases" ${problem} ${manifest.slot}, which has ${contents}.`,
    { advice: 'Write one name per line, or name=target to restore it under another name.' },
  )
}

function refuseName(target: string): void {
  const isSystem = systemSchemas.some(schema => schema === target.toLowerCase())
  const isName = target !== '' && [...target].length <= 64 && !/\p{Cc}| $/u.test(target)
  if (isName && !isSystem) return
  throw new UserError(`A database cannot be restored under the name ${shown(target)}.`, {
    advice: isSystem
      ? 'It belongs to the database server itself. Restore under another name and copy by hand what is needed.'
      : 'Names have at most 64 characters, no control characters, and no space at the end. Choose another, as in: shop=shop_copy',
  })
}
