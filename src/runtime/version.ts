import { homepage, name, version } from '../../package.json'

/** The name and version in manifests and in the bucket, and where the pages are. `package.json` has them. */
export const tool = { name, version, homepage }
