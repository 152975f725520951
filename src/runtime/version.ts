// Written by "npm run docs" from package.json.

/** The name and version in manifests and in the bucket. */
export const tool = { name: 'make-a-backup', version: '1.0.0' }

/** The folder with the pages of this version. */
export const pagesUrl = 'https://github.com/OWNER/make-a-backup/blob/v1.0.0'
