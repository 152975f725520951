import { CheckError } from '../../../pipeline/check-error'
import type { FilesArtifact } from '../../../repository/manifest/manifest'
import { plural } from '../../../runtime/text/format-count'
import type { Joiner } from '../../read-joined'
import { ChainMerge } from './chain-merge'

/** Puts the archives of a chain together to the one that its tree would have. Throws CheckError when any name has no file. */
export function joinArchives({ paths, content }: FilesArtifact): Joiner {
  const merge = new ChainMerge(paths.map(path => path.slice(1)))
  return {
    names: content.files + content.directories + content.links,
    write: chunk => merge.write(chunk),
    next: () => merge.next(),
    take: () => merge.take(),
    end: () => {
      const missing = merge.tree.missing - (content.sockets ?? 0)
      if (missing !== 0)
        throw new CheckError(
          `${plural(Math.abs(missing), 'name')} of the tree ${missing < 0 ? 'have files that they should not have' : 'have no file in any archive'}.`,
        )
      merge.end()
    },
  }
}
