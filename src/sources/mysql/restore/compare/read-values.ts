import { codecsOf, decode } from '../../../../pipeline/codec'
import { checkContent } from '../../../../pipeline/content-check'
import { compose } from '../../../../pipeline/filter'
import { readArtifact } from '../../../../repository/artifact/reader'
import type { Repository } from '../../../../repository/repository'
import { checkDump } from '../../check/dump-check'
import type { ValueReading } from '../../check/values/value-reading'
import type { StoredDump } from '../import/import-dump'

/** Reads rows of a stored dump as values. Throws when it is not, to the byte, the dump that was read before. */
export async function readValues(
  repository: Repository,
  dump: StoredDump,
  values: ValueReading,
  signal: AbortSignal,
): Promise<void> {
  const check = checkContent(checkDump({ passes: 'one or two', values }))
  await readArtifact(repository, dump, { filter: compose(decode(codecsOf(dump)), check), signal })
}
