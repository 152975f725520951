import { type Finding, warning } from '../findings/finding'
import { quotedName } from '../findings/quoted-name'
import { messageOf } from '../runtime/errors'
import type { Store } from '../store/store'
import { isDenied, StoreError } from '../store/store-error'
import { statusKeys } from './names/keys'
import type { Repository } from './repository'

/** What a run writes of its prefix, beside the recovery points. */
export interface StatusFiles {
  /** `status.json` */
  document: string
  /** `index.html` */
  page: string
}

const mark = 'make-a-backup-page'

/** What is larger is none of ours. */
const documentBytesMax = 1024 * 1024

/**
 * Replaces `status.json` and `index.html`. `make`: from the `status.json` that is there, undefined where none is or none may
 * be read. A page of somebody else stays. A failure is a warning, a missing right to write no more than a line of the log.
 */
export async function writeStatusFiles(
  { store, prefix }: Repository,
  make: (earlier: string | undefined) => StatusFiles,
  log: { info(line: string): void },
): Promise<Finding[]> {
  const keys = statusKeys(prefix)
  try {
    const [earlier, isFree] = await Promise.all([readEarlier(store, keys.document), mayWrite(store, keys.page)])
    if (!isFree) {
      return [statusWarning(`${quotedName(keys.page)} is a page of somebody else, so no status page was put there.`)]
    }
    const { document, page } = make(earlier)
    await Promise.all([
      store.putText(keys.document, document, { contentType: 'application/json' }),
      store.putText(keys.page, page, { contentType: 'text/html; charset=utf-8', metadata: { [mark]: '1' } }),
    ])
    return []
  } catch (error) {
    if (!(error instanceof StoreError)) throw error
    if (isDenied(error)) {
      log.info(`No status page: the credentials may not write ${quotedName(keys.page)}.`)
      return []
    }
    return [statusWarning(`The status page ${quotedName(keys.page)} could not be written: ${messageOf(error)}`)]
  }
}

function statusWarning(what: string): Finding {
  return warning(
    'status-page',
    what,
    'The recovery points are not affected. To do without the page, set "status-page: false".',
  )
}

async function readEarlier(store: Store, key: string): Promise<string | undefined> {
  try {
    return await store.getText(key, documentBytesMax)
  } catch (error) {
    if (isDenied(error) || (error instanceof StoreError && error.code === 'TooLong')) return undefined
    throw error
  }
}

/** At the root of a bucket a page that cannot be looked at may be somebody's site. */
async function mayWrite(store: Store, key: string): Promise<boolean> {
  try {
    const found = await store.head(key)
    return found === undefined || found.metadata[mark] !== undefined
  } catch (error) {
    if (isDenied(error) && key.includes('/')) return true
    throw error
  }
}
