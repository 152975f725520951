import { shown } from '../../findings/wrong-input'
import { systemSchemas } from '../../inputs/groups/database'
import type { RestoreInputs } from '../../inputs/restore'
import type { DatabaseArtifact, FilesArtifact, Manifest } from '../../repository/manifest/manifest'
import { FailureError, UserError } from '../../runtime/errors'
import { isInside, isKernelFolder } from '../../sources/files/plan/folder-paths'
import type { FolderPart } from '../../sources/files/target/planned-folder'
import type { DatabasePart } from '../../sources/mysql/target/planned-database'

/** What of a recovery point is to go where. */
export interface ChosenParts {
  databases: DatabasePart[]
  files: FilesPart | undefined
}

interface FilesPart {
  artifact: FilesArtifact
  /** In the order of the manifest. */
  folders: FolderPart[]
}

/** Holds what was asked for against what the recovery point has. Throws UserError naming what is there. */
export function chooseParts(
  { databases, paths }: Pick<RestoreInputs, 'databases' | 'paths'>,
  manifest: Manifest,
): ChosenParts {
  const parts = { databases: chooseDatabases(databases, manifest), files: chooseFiles(paths, manifest) }
  if (parts.databases.length === 0 && parts.files === undefined) {
    throw new UserError(
      `The recovery point ${manifest.slot} holds nothing of what was asked for: it has ${contentOf(manifest)}.`,
      { advice: 'Check "databases" and "paths".' },
    )
  }
  return parts
}

function chooseDatabases(wanted: RestoreInputs['databases'], manifest: Manifest): DatabasePart[] {
  const stored = manifest.artifacts.filter(artifact => artifact.kind === 'database')
  const chosen =
    wanted === 'all'
      ? stored.map(artifact => ({ artifact, target: artifact.database }))
      : wanted.map(item => chooseDatabase(item, stored, manifest))
  for (const [index, { target }] of chosen.entries()) {
    refuseName(target)
    const twin = chosen.findIndex(other => other.target === target)
    if (twin !== index) {
      throw new UserError(`Input "databases" sends two databases to the name ${JSON.stringify(target)}.`, {
        advice: 'Give each a name of its own, as in: shop=shop_copy',
      })
    }
  }
  return chosen
}

/** A `=` may stand in a name: what the recovery point has decides, the longest name first. */
function chooseDatabase(item: string, stored: readonly DatabaseArtifact[], manifest: Manifest): DatabasePart {
  const whole = stored.find(({ database }) => database === item)
  if (whole !== undefined) return { artifact: whole, target: item }
  const found = stored
    .filter(({ database }) => item.startsWith(`${database}=`))
    .sort((one, other) => other.database.length - one.database.length)[0]
  if (found !== undefined) {
    const target = item.slice(found.database.length + 1).trim()
    if (target !== '') return { artifact: found, target }
  }
  const name = found?.database ?? item.split('=')[0] ?? item
  const problem = found === undefined ? 'is not in the recovery point' : 'has no name behind the "="'
  throw new UserError(
    `The database ${JSON.stringify(name)} of "databases" ${problem} ${manifest.slot}, which holds ${contentOf(manifest)}.`,
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
      : 'Names have at most 64 characters, no control characters, and no blank at the end. Choose another, as in: shop=shop_copy',
  })
}

function chooseFiles(wanted: RestoreInputs['paths'], manifest: Manifest): FilesPart | undefined {
  const artifact = manifest.artifacts.find(each => each.kind === 'files')
  if (artifact === undefined) {
    if (wanted === 'all' || wanted.length === 0) return undefined
    throw new UserError(
      `The recovery point ${manifest.slot} holds no files, but "paths" asks for ${wanted.map(({ path }) => path).join(', ')}.`,
      { advice: 'Set "paths: none", or choose another recovery point.' },
    )
  }
  assertPaths(artifact)
  const folders =
    wanted === 'all'
      ? artifact.paths.map(path => ({ path, target: path }))
      : wanted.map(({ path, target }) => {
          if (artifact.paths.includes(path)) return { path, target: target ?? path }
          throw new UserError(
            `The folder ${path} of "paths" is not one of the recovery point ${manifest.slot}, which holds ${contentOf(manifest)}.`,
            {
              advice:
                'Name whole folders as the backup did. A part of one can be had by restoring it elsewhere: /var/www/html=/srv/copy',
            },
          )
        })
  return folders.length === 0 ? undefined : { artifact, folders }
}

/** A manifest is somebody else's text. */
function assertPaths({ paths }: FilesArtifact): void {
  const odd = paths.find(
    (path, index) =>
      paths.some((other, at) => at !== index && isInside(path, other)) ||
      !/^\/[^\p{Cc}]+$/u.test(path) ||
      isKernelFolder(path) ||
      path.split('/').some((part, at) => part === '.' || part === '..' || (part === '' && at > 0)),
  )
  if (odd === undefined) return
  throw new FailureError(`The manifest names a folder that cannot be one: ${JSON.stringify(odd)}.`, {
    advice: 'Somebody has edited the manifest. Choose another recovery point.',
  })
}

function contentOf({ artifacts }: Manifest): string {
  const parts = artifacts.flatMap(artifact =>
    artifact.kind === 'database'
      ? [`the database ${JSON.stringify(artifact.database)}`]
      : artifact.paths.map(path => `the folder ${path}`),
  )
  return parts.length === 0 ? 'nothing' : parts.join(', ')
}
