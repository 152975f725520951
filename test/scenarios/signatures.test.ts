import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { z } from 'zod'
import { serializeProof } from '../../src/repository/manifest/proof'
import { signText } from '../../src/repository/signatures/ssh-signature'
import { readPrivateKey } from '../../src/ssh/keys/private-key'
import { type SigningKey, signingKeyOf } from '../../src/ssh/keys/signing-key'
import { actionRun, mysqlInputs, s3Inputs, sshInputs } from '../runner/action-run'
import type { StepRun } from '../runner/emulator'
import { command } from '../servers/processes/command'
import { freshDatabase, freshDatabaseName, testServices, testSql } from '../servers/test-services'
import { aSigningKey, makeKeyPair } from '../unit/ssh/keys/some-keys'
import { bucketOfCopies, type OriginalPoint, originalPoint } from './copied-points'
import { type GoodBackup, goodBackup } from './good-backup'

const services = testServices()
const minuteMs = 60_000
let backup: GoodBackup
let original: OriginalPoint
let database = ''
/** The key of the backup. */
let own: SigningKey

beforeAll(async () => {
  own = signingKeyOf(readPrivateKey(services.ssh.privateKey))
  database = await freshDatabase(services)
  await testSql(services, 'CREATE TABLE orders (id INT PRIMARY KEY); INSERT INTO orders VALUES (1)', database)
  backup = await goodBackup(services, { inputs: { databases: database, rotation: 'running', 'keep-daily': '1' } })
  original = await originalPoint(backup)
})

async function step(name: 'restore' | 'verify' | 'list', bucket: string, inputs: Record<string, string>) {
  const server = name === 'restore' ? { ...sshInputs(services), ...mysqlInputs(services) } : {}
  const { main } = await actionRun(name, {
    inputs: { ...server, ...s3Inputs(services, bucket), 'signed-by': own.publicKey.line, ...inputs },
  })
  if (main === undefined) throw new Error('The main step did not run.')
  return main
}

const json = ({ outputs }: StepRun, name: string): unknown => JSON.parse(outputs[name] ?? '')
const listed = z.array(
  z.looseObject({
    ...{ snapshot: z.string(), verdict: z.string(), problem: z.string().nullable(), signedBy: z.string().nullable() },
    proof: z.looseObject({ status: z.string(), problem: z.string().optional() }).nullable(),
  }),
)
const verified = z.array(
  z.looseObject({
    snapshot: z.string(),
    status: z.string(),
    findings: z.array(z.looseObject({ message: z.string() })),
  }),
)

describe('a backup', () => {
  it('signs the manifest, and that of a tier, with the key that logs in: ssh-keygen verifies both', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'make-a-backup-signed-'))
    try {
      await writeFile(join(folder, 'allowed_signers'), `backup ${own.publicKey.line}\n`)
      const keys = (await backup.bucket.keys()).filter(key => key.endsWith('.manifest.json'))
      expect(keys).toHaveLength(2)
      for (const key of keys) {
        await writeFile(join(folder, 'manifest.json'), await backup.bucket.bytes(key))
        await writeFile(join(folder, 'manifest.json.sig'), await backup.bucket.bytes(`${key}.sig`))
        const said = await command('sh', [
          ...[
            '-c',
            'cd "$1" && ssh-keygen -Y verify -f allowed_signers -I backup -n make-a-backup -s manifest.json.sig < manifest.json',
          ],
          ...['sh', folder],
        ])
        expect(said).toContain('Good "make-a-backup" signature for backup')
      }
    } finally {
      await rm(folder, { recursive: true })
    }
  })

  it('shows the line for signed-by', () => {
    expect(backup.main.summary).toContain(own.publicKey.fingerprint.replace('SHA256:', ''))
    expect(backup.main.summary).toContain(own.publicKey.line.split(' ')[1])
  })
})

/** One bucket with everything that somebody with the S3 keys may have done. */
describe('with signed-by', () => {
  const sentences: Record<string, RegExp> = {
    flipped: /Its manifest is not what was signed: the signature next to it is of other bytes than these\./,
    exchanged: /is not the one that was signed|has another sha256/,
    replayed: /It was stored again at .*: copied from elsewhere, or replayed\./,
    other: /Its manifest is signed by SHA256:.*, which "signed-by" does not name\./,
    unsigned: /Its manifest is not signed\./,
  }
  let bucket = ''

  beforeAll(async () => {
    const stranger = aSigningKey()
    const copies = await bucketOfCopies(services, original)
    bucket = copies.name
    const ago = (minutes: number) => new Date(Date.now() - minutes * minuteMs).toISOString()
    const good = await copies.put({ slot: 'good', startedAt: ago(50), signer: own })
    const flipped = await copies.put({ slot: 'flipped', startedAt: ago(9), signer: own })
    const key = 'running-backups/flipped.manifest.json'
    await copies.view.put(key, (await copies.view.text(key)).replace(`"${flipped.host}"`, '"evil.example.com"'))
    const exchanged = await copies.put({ slot: 'exchanged', startedAt: ago(8), signer: own })
    for (const { key: at } of exchanged.artifacts) {
      const bytes = await copies.view.bytes(at)
      bytes.writeUInt8(bytes.readUInt8(40) ^ 4, 40)
      await copies.view.put(at, bytes, (await copies.view.head(at)).metadata)
    }
    const old = ago(130)
    await copies.put({
      ...{ slot: 'replayed', startedAt: old, signer: own },
      edit: manifest => Object.assign(manifest, { finishedAt: old }),
    })
    await copies.put({ slot: 'other', startedAt: ago(6), signer: stranger })
    await copies.put({ slot: 'unsigned', startedAt: ago(5) })
    const { run, tool } = good
    const proof = serializeProof({
      ...{ format: 'make-a-backup-proof/1', slot: 'good', takenAt: good.startedAt, status: 'proven', provenAt: ago(1) },
      artifacts: good.artifacts.map(({ key: at, sha256, etag }) => ({ key: at, sha256, etag })),
      ...{ restoreSeconds: 1, tables: 1, files: 0, run, tool },
    })
    await copies.view.put('running-backups/good.proof.json.sig', signText(proof, stranger))
    await copies.view.put('running-backups/good.proof.json', proof)
  })

  it('list says of each why it does not count, and takes none for the newest good one', async () => {
    const main = await step('list', bucket, {})
    expect(main.exitCode).toBe(0)
    expect(main.outputs['latest']).toBe('good')
    const points = listed.parse(json(main, 'snapshots'))
    for (const [name, sentence] of Object.entries(sentences)) {
      const point = points.find(({ snapshot }) => snapshot === name)
      expect([name, point?.verdict, point?.problem]).toEqual([name, 'untrusted', expect.stringMatching(sentence)])
    }
    expect(points.find(({ snapshot }) => snapshot === 'good')).toMatchObject({
      ...{ verdict: 'good', signedBy: own.publicKey.fingerprint },
      proof: {
        status: 'untrusted',
        problem: expect.stringMatching(/^Its proof is signed by SHA256:.*does not name\.$/),
      },
    })
  })

  it('without it, list shows who signed the newest one and requires nothing', async () => {
    const main = await step('list', bucket, { 'signed-by': '' })
    expect(main.outputs['latest']).toBe('unsigned')
    expect(main.summary).toContain('not required')
  })

  it('verify proves none of them, and the good one', async () => {
    const main = await step('verify', bucket, { snapshot: 'all', level: 'stored' })
    expect(main.exitCode).toBe(1)
    const points = verified.parse(json(main, 'verified'))
    expect(points.filter(({ status }) => status === 'proven').map(({ snapshot }) => snapshot)).toEqual(['good'])
    for (const [name, sentence] of Object.entries(sentences)) {
      if (name === 'exchanged') continue
      const [finding] = points.find(({ snapshot }) => snapshot === name)?.findings ?? []
      expect(finding?.message).toMatch(sentence)
    }
  })

  it.each(Object.entries(sentences))('restore takes no %s one by its name', async (snapshot, sentence) => {
    const target = { databases: `${database}=${freshDatabaseName()}`, 'dry-run': 'true' }
    const main = await step('restore', bucket, { ...target, snapshot })
    expect(main.exitCode).toBe(1)
    expect(main.annotations.error.map(({ message = '' }) => message).join()).toMatch(sentence)
  })

  it('restore takes the newest that counts, and one that was stored again by its very time', async () => {
    const target = { databases: `${database}=${freshDatabaseName()}`, 'dry-run': 'true' }
    const latest = await step('restore', bucket, target)
    expect([latest.exitCode, latest.outputs['slot']]).toEqual([0, 'good'])
    expect(latest.summary).toContain('as `signed-by` requires')
    const points = listed.parse(json(await step('list', bucket, {}), 'snapshots'))
    const takenAt = String(points.find(({ snapshot }) => snapshot === 'replayed')?.['takenAt'])
    const replayed = await step('restore', bucket, { ...target, snapshot: takenAt })
    expect(replayed.annotations.error).toEqual([])
    expect(replayed.outputs['slot']).toBe('replayed')
    expect(replayed.annotations.warning.map(({ message = '' }) => message).join()).toContain('was stored again at')
  })
})

describe('a proof', () => {
  it('is signed by the key of the drill, and replaced by one that failed', async () => {
    const pair = makeKeyPair(['-t', 'ecdsa'])
    const copies = await bucketOfCopies(services, original)
    await copies.put({ slot: 'good', startedAt: new Date().toISOString(), signer: own })
    const signedBy = { 'signed-by': `${own.publicKey.line}\n${pair.publicKey}` }
    const drill = { ...signedBy, level: 'restore', 'signing-key': pair.privateKey }
    expect((await step('verify', copies.name, drill)).exitCode).toBe(0)
    const proofs = async (inputs: Record<string, string>) =>
      listed.parse(json(await step('list', copies.name, inputs), 'snapshots')).map(({ proof }) => proof)
    expect(await proofs(signedBy)).toMatchObject([{ status: 'proven' }])
    expect(await proofs({})).toMatchObject([{ status: 'untrusted' }])
    expect((await step('verify', copies.name, { ...drill, 'drill-checks': 'SELECT 1 = 2' })).exitCode).toBe(1)
    expect(await proofs(signedBy)).toMatchObject([
      { status: 'failed', problem: expect.stringContaining('SELECT 1 = 2') },
    ])
  })
})
