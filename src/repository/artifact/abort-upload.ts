import { type Finding, warning } from '../../findings/finding'
import type { Store } from '../../store/store'
import { isDenied } from '../../store/store-error'
import type { ArtifactObject } from '../manifest/manifest'

/** Aborts an object's upload, if any. A denial is a warning: the upload is invisible. Throws `StoreError`. */
export async function abortUploadOf(
  store: Store,
  { key, upload }: Pick<ArtifactObject, 'key' | 'upload'>,
): Promise<Finding[]> {
  if (upload === undefined) return []
  try {
    await store.abortUpload(key, upload.id)
    return []
  } catch (error) {
    if (!isDenied(error)) throw error
    const message = `The credentials may not abort the upload ${upload.id} of "${key}": its parts stay stored, and invisible.`
    return [warning('upload-kept', message)]
  }
}
