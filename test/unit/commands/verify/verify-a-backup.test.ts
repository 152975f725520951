import { problem } from '../../../../src/findings/finding'
import { StoreError } from '../../../../src/store/store-error'
import { openSite } from '../stage/a-site'
import { held, jsonIn } from '../stage/bucket'
import { aStage, type Stage } from '../stage/stage'
import { putBytes } from '../stored-point'

let stage: Stage

const proofKey = 'backups/Monday-13-00.proof.json'
const shopKey = 'backups/Monday-13-00.shop.database.sql.gz'

beforeEach(async () => {
  stage = await aStage()
  await openSite(stage)
  await stage.backup()
})

afterEach(() => stage.leave())

/** Turns a bit of the object over, and leaves everything else as it is. */
async function flip(key: string): Promise<void> {
  const bytes = Buffer.from(stage.store.bytes(key) ?? '')
  bytes.writeUInt8(bytes.readUInt8(40) ^ 4, 40)
  await putBytes(stage.store, key, bytes, (await stage.store.head(key))?.metadata)
}

describe('what a backup has stored', () => {
  it.each([
    ['stored', 0],
    ['read', 3],
    ['restore', 3],
  ])('is proven at the level %s', async (level, reads) => {
    const before = stage.store.operations.length
    const { error, log } = await stage.verify({ level })
    expect(error).toBeUndefined()
    expect(log.join('\n')).toContain('Monday-13-00: proven')
    const operations = stage.store.operations.slice(before)
    expect(operations.filter(operation => operation.startsWith('get '))).toHaveLength(reads)
    // The server of the site has no part in it.
    expect(stage.jobs()).toEqual([])
    expect(stage.writes()).toEqual(level === 'restore' ? ['putText Monday-13-00.proof.json'] : [])
  })

  it('is handed to the drill as it was read, and the proof says what came of that', async () => {
    const drilled: unknown[] = []
    stage.drill = async ({ slot, sound }) => {
      drilled.push([
        slot,
        sound.map(({ artifact, content }) => [artifact.name, 'files' in content ? content.files : '']),
      ])
      return { findings: [], restoreSeconds: 12, warnings: [], shown: { phases: [], checks: [] }, tables: 3, files: 3 }
    }
    await stage.verify({ level: 'restore' })
    expect(drilled).toEqual([
      [
        'Monday-13-00',
        [
          ['shop.database', ''],
          ['blog.database', ''],
          ['codebase', 3],
        ],
      ],
    ])
    expect(jsonIn(stage.store, proofKey)).toMatchObject({ restoreSeconds: 12, tables: 3, files: 3 })
  })

  it('is not proven when the drill finds something', async () => {
    stage.drill = async () => ({
      findings: [problem('import', 'The import into "shop" failed.')],
      ...{ restoreSeconds: 12, warnings: [], shown: { phases: [], checks: [] }, tables: 0, files: 0 },
    })
    const { error } = await stage.verify({ level: 'restore' })
    expect(error?.message).toBe('Monday-13-00 is not proven: The import into "shop" failed.')
    expect(jsonIn(stage.store, proofKey)).toMatchObject({ status: 'failed' })
  })

  it('shows at a lower level that its last drill failed, until one succeeds', async () => {
    const good = stage.drill
    stage.drill = async () => ({
      findings: [problem('import', 'The import into "shop" failed.')],
      ...{ restoreSeconds: 12, warnings: [], shown: { phases: [], checks: [] }, tables: 0, files: 0 },
    })
    await stage.verify({ level: 'restore' })
    const said = /^The last drill of Monday-13-00 failed at 2026-11-23T13:05:\d\dZ: The import into "shop" failed\.$/
    for (const inputs of [{ level: 'read' }, { level: 'stored', snapshot: 'all' }]) {
      const { error, warnings } = await stage.verify(inputs)
      expect(error).toBeUndefined()
      expect(warnings).toEqual([expect.stringMatching(said)])
    }
    stage.drill = good
    await stage.verify({ level: 'restore' })
    expect((await stage.verify({ level: 'read' })).warnings).toEqual([])
  })

  it('is not proven any more when it fails for credentials that may only put', async () => {
    await stage.verify({ level: 'restore' })
    const denied = new StoreError('denied', { code: 'AccessDenied', status: 403 })
    for (const operation of ['head', 'remove'] as const) stage.store.failAlways(operation, /proof/, denied)
    await flip(shopKey)
    const { warnings } = await stage.verify()
    expect(warnings).toEqual([])
    expect(jsonIn(stage.store, proofKey)).toMatchObject({ status: 'failed' })
  })

  it('is not proven when a bit of it has changed, and its proof is replaced', async () => {
    await stage.verify({ level: 'restore' })
    expect(stage.store.keys()).toContain(proofKey)
    await flip(shopKey)
    const { error } = await stage.verify()
    expect(error?.message).toContain(`Monday-13-00 is not proven: "${shopKey}" has another sha256`)
    expect(jsonIn(stage.store, proofKey)).toMatchObject({ status: 'failed' })
  })

  it('shows at the level stored that an object is gone, and reads none', async () => {
    await stage.store.remove(shopKey)
    const { error } = await stage.verify({ level: 'stored' })
    expect(error?.message).toContain(`"${shopKey}"`)
    expect(held(stage.store)).not.toHaveProperty([shopKey])
  })

  it('is proven wherever a copy of it lies, and so is what is suspect', async () => {
    stage.advance(3_600_000)
    await stage.databases.put('blog', ['CREATE TABLE `drafts` (`id` int);'])
    await stage.backup({ 'keep-daily': '2' })
    await stage.backup({ 'keep-daily': '2', 'accept-shrink': 'true' })
    const { error, log } = await stage.verify({ snapshot: 'all' })
    expect(error).toBeUndefined()
    const proven = log.flatMap(line => /^(\S+): proven/.exec(line)?.[1] ?? [])
    expect(proven.sort()).toEqual(['Monday-13-00', 'Monday-14-00', 'daily/2026-11-23', 'suspect/Monday-14-00'])
  })
})
