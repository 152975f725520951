import { problem } from '../../../findings/finding'
import { listed } from '../../../findings/listed'
import { quotedName } from '../../../findings/quoted-name'
import type { DatabaseArtifact } from '../../../repository/manifest/manifest'
import type { ArtifactReading } from '../../source'
import { compareDump } from '../check/compare-dump'
import { checkDump } from '../check/dump-check'
import type { DumpContent } from '../check/dump-content'
import { unlistedDefiners } from '../check/needs/unlisted-definers'

/** How a stored dump is read. */
export const dumpReading: ArtifactReading<DatabaseArtifact, DumpContent> = {
  check: () => checkDump({ passes: 'one or two', needs: true }),
  compare: compareDump,
  refusals: ({ key, content }, { needs }, allowed) => {
    const unusual = allowed.has('statements') ? [] : (needs?.unusual ?? [])
    const unlisted = unlistedDefiners(content, needs?.definers ?? [])
    const reasons = [
      ...(unusual.length === 0 ? [] : [`statements that no dump tool writes for one database: ${unusual.join(', ')}`]),
      ...(unlisted.length === 0
        ? []
        : [
            `objects in the name of ${listed(unlisted.map(quotedName), 5)}, whom the server did not list when it was backed up`,
          ]),
    ]
    if (reasons.length === 0) return []
    const what = `A restore would refuse "${key}": it has ${reasons.join('; and ')}.`
    const fix =
      'Someone may have changed the dump: find out who can write to the bucket. If you know why the statements are there, add "statements" to "allow-entries".'
    return [{ ...problem('refused', what, fix), key }]
  },
}
