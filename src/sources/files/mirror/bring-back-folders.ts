import { shellWord } from '../../../findings/shell-word'
import type { ArtifactBaseline } from '../../../repository/guards/baseline'
import type { Amount } from '../../../repository/manifest/kinds/kind'
import type { NextStep } from '../../restore-item'

const namedAtMost = 3
const beside = '/srv/before'

/**
 * How folders come back that a backup no longer has, or that lost the most, from the recovery point before: beside the
 * site. `snapshot`: as a restore takes it. [] where nothing can be named.
 */
export function bringBackFolders(
  before: ArtifactBaseline,
  after: ArtifactBaseline | undefined,
  snapshot: string,
): NextStep[] {
  const folders = after === undefined ? (before.names['folder'] ?? []) : lostFolders(before, after)
  if (folders.length === 0) return []
  const named = folders.slice(0, namedAtMost).map(path => ({ path, place: `${beside}${path}` }))
  return [
    {
      what: `What was in ${folders.length === 1 ? 'this folder' : 'these folders'}: run the restore workflow with these inputs. It writes beside the site, which stays as it is.`,
      commands: [
        `snapshot: ${snapshot}`,
        'databases: none',
        'paths: |',
        ...named.map(({ path, place }) => `  ${path}=${place}`),
      ],
      language: 'yaml',
    },
    {
      what: 'Look at it, then take over what is missing, on the server. What is there already is left alone.',
      commands: named.map(
        ({ path, place }) => `rsync -aHS --ignore-existing ${shellWord(`${place}/`)} ${shellWord(`${path}/`)}`,
      ),
    },
  ]
}

/** The folders of `paths` that are gone; else the first-level folders that are gone or empty, or the one that lost the most. */
function lostFolders(before: ArtifactBaseline, after: ArtifactBaseline): string[] {
  const paths = new Set(after.names['folder'])
  const gone = (before.names['folder'] ?? []).filter(path => !paths.has(path))
  if (gone.length > 0) return gone
  const folders = amountsOf(before)
  const now = new Map(amountsOf(after).map(each => [each.name, each]))
  const empty = folders.filter(({ name, files }) => files > 0 && (now.get(name)?.files ?? 0) === 0)
  if (empty.length > 0) return empty.map(({ name }) => name)
  const lost = folders
    .map(({ name, bytes, files }) => {
      const is = now.get(name)
      return { name, bytes: bytes - (is?.bytes ?? 0), files: files - (is?.files ?? 0) }
    })
    .sort((one, other) => other.bytes - one.bytes || other.files - one.files)
  return lost.slice(0, 1).flatMap(({ name, bytes, files }) => (bytes > 0 || files > 0 ? [name] : []))
}

function amountsOf({ amounts }: ArtifactBaseline): (Amount & { name: string })[] {
  const all = [...(amounts?.['mount'] ?? []), ...(amounts?.['first-level folder'] ?? [])]
  return all.flatMap(each => (each.name === undefined ? [] : [{ ...each, name: each.name }]))
}
