/** This product, as manifests and the bucket name it; the same as in package.json. */
export const tool = { name: 'make-a-backup', version: '1.0.0' }
