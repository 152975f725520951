import { homepage, name, version } from '../../package.json'

/** The name and version in manifests and in the bucket. `package.json` has them. */
export const tool = { name, version }

/** The folder with the pages of this version. */
export const pagesUrl = `${homepage}/blob/v${version}`
