import { CreateMultipartUploadCommand, S3Client } from '@aws-sdk/client-s3'
import { asStored } from '../../runner/encryption-switch'
import { bucketView } from '../../servers/bucket-view'
import { freshBucket } from '../../servers/test-services'
import { brokenRecoveryPoints } from '../bucket-snapshot'
import { expectFailure, expectRed, openScene, type Scene } from '../failure/failure-scene'
import { overwriting, restoreRun } from '../restore/restore-run'

let scene: Scene
beforeAll(async () => {
  scene = await openScene()
})
afterAll(() => scene?.close())

/** The same server by another name, as a second site would be. */
function otherHost(): Record<string, string> {
  const { knownHosts } = scene.services.ssh
  return {
    'ssh-host': 'localhost',
    'ssh-known-hosts': `${knownHosts}\n${knownHosts.replaceAll('127.0.0.1', 'localhost')}`,
  }
}

/** An upload in full swing, as far as anybody can see. */
async function openUpload(key: string): Promise<void> {
  const { endpoint, accessKey, secretKey } = scene.services.s3
  const client = new S3Client({
    endpoint,
    region: 'us-east-1',
    forcePathStyle: true,
    credentials: { accessKeyId: accessKey, secretAccessKey: secretKey },
  })
  try {
    await client.send(new CreateMultipartUploadCommand({ Bucket: scene.bucket, Key: key }))
  } finally {
    client.destroy()
  }
}

function warningCodes(outputs: Readonly<Record<string, string>> = {}): string[] {
  const warnings: { code: string }[] = JSON.parse(outputs['warnings'] ?? '[]')
  return warnings.map(({ code }) => code)
}

describe('a backup into the prefix of another host', () => {
  it('is refused before anything is touched, and goes on when told to', async () => {
    const key = 'running-backups/running.database.sql.gz'
    await openUpload(key)
    const before = await scene.snapshot()
    expect(before.openUploads).toEqual([key])
    const refused = await scene.run({ inputs: otherHost() })
    expectRed(refused, [
      /not this site's to write to/,
      /comes from the host "127\.0\.0\.1", and this run backs up "localhost"/,
      /Still safe: Nothing was written/,
      /"s3-prefix"/,
      /adopt-prefix: true/,
    ])
    expect(await scene.snapshot()).toEqual(before)

    const adopted = await scene.run({ inputs: { ...otherHost(), 'adopt-prefix': 'true' } })
    expect(adopted.main?.annotations.error).toEqual([])
    expect(adopted.conclusion).toBe('success')
    expect(warningCodes(adopted.main?.outputs)).toContain('prefix-adopted')
    const after = await scene.snapshot()
    expect(after.manifests['running']?.host).toBe('localhost')
    expect(after.openUploads).toEqual([])
    expect(brokenRecoveryPoints(after)).toEqual([])

    // From now on the prefix is the new name's.
    await expectFailure(scene, {}, [/comes from the host "localhost"/, /adopt-prefix: true/])
    const again = await scene.run({ inputs: otherHost() })
    expect(again.conclusion).toBe('success')
    expect(warningCodes(again.main?.outputs)).not.toContain('prefix-adopted')
  })
})

describe('a backup of the files alone, by another workflow, into the prefix of a whole site', () => {
  it('is refused, while one with a name goes beside the ring and is never replaced', async () => {
    const inputs = { ...otherHost(), name: 'before-update' }
    const named = await scene.run({ inputs })
    expect(named.main?.annotations.error).toEqual([])
    expect(named.main?.outputs['slot']).toBe('manual/before-update')
    const before = await scene.snapshot()
    expectRed(await scene.run({ inputs }), [/There is a recovery point manual\/before-update already/, /another name/])
    const files = { ...otherHost(), databases: '' }
    const env = { GITHUB_WORKFLOW_REF: 'acme/shop/.github/workflows/files.yml@refs/heads/main' }
    expectRed(await scene.run({ inputs: files, env }), [
      /has the database ".*", which this run does not back up and would remove from the same slot/,
      /give this one an "s3-prefix" of its own/,
      /adopt-prefix: true/,
    ])
    expect(await scene.snapshot()).toEqual(before)
    const restoring = { snapshot: 'manual/before-update', 'dry-run': 'true', ...overwriting(scene.services) }
    const restore = await restoreRun(scene.services, scene.bucket, { inputs: restoring })
    expect(restore.main?.annotations.error).toEqual([])
    expect(restore.main?.outputs['slot']).toBe('manual/before-update')
  })
})

describe('a backup to keys where something else lies', () => {
  it.each([asStored('codebase.tar.gz'), 'manifest.json'])('does not overwrite a %s of others', async name => {
    const { s3 } = scene.services
    const bucket = await freshBucket(scene.services)
    const view = bucketView(s3, bucket)
    const key = `running-backups/running.${name}`
    await view.put(key, 'the only copy of something else')
    const inputs = { 's3-bucket': bucket }
    expectRed(await scene.run({ inputs }), [
      new RegExp(`"${key.replaceAll('.', '\\.')}" was not put there by this action`),
      /adopt-prefix: true/,
    ])
    expect(await view.keys()).toEqual([key])
    expect(await view.text(key)).toBe('the only copy of something else')
    expect(await view.openUploads()).toEqual([])

    const adopted = await scene.run({ inputs: { ...inputs, 'adopt-prefix': 'true' } })
    expect(adopted.main?.annotations.error).toEqual([])
    expect(adopted.conclusion).toBe('success')
    expect(warningCodes(adopted.main?.outputs)).toContain('prefix-adopted')
    expect(await view.text(key)).not.toBe('the only copy of something else')
  })
})
