import { createHash } from 'node:crypto'
import type { ContentCheck } from '../../../pipeline/content-check'
import { type ArchiveSink, checkArchive } from '../check/archive-check'
import type { ArchiveContent } from '../check/archive-content'
import { ChainMerge, type MergedTree } from './chain-merge'

/** One incremental archive by itself. The counts of `content` are of the entries in it, its digest is of the stream. */
export interface LevelContent extends ArchiveContent {
  tree: MergedTree
}

/** Checks an incremental archive as it comes from the server: its lists of names, and every entry as of a whole archive. */
export function checkLevel({
  paths,
  sink,
}: {
  /** Without their leading slash. */
  paths: readonly string[]
  sink?: ArchiveSink
}): ContentCheck<LevelContent> {
  const digest = createHash('sha256')
  const merge = new ChainMerge(paths)
  const plain = checkArchive({ paths, isPartial: true, ...(sink === undefined ? {} : { sink }) })
  let bytes = 0
  return {
    write: chunk => {
      bytes += chunk.length
      digest.update(chunk)
      merge.write(chunk)
      plain.write(merge.take())
    },
    finish: () => {
      merge.next()
      merge.end()
      plain.write(merge.take())
      return { ...plain.finish(), bytes, sha256: digest.digest('hex'), tree: merge.tree }
    },
    progress: () => ({ ...plain.progress(), bytes }),
  }
}
