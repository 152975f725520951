/** The name and version in manifests and in the bucket; must match package.json. */
export const tool = { name: 'make-a-backup', version: '1.0.0' }
