import { rm } from 'node:fs/promises'
import { join } from 'node:path'
import { type ActionName, actionRun, mysqlInputs, s3Inputs, sshInputs } from '../../runner/action-run'
import { isEncrypted } from '../../runner/encryption-switch'
import { programRun } from '../../runner/program-run'
import {
  freshBucket,
  freshDatabase,
  freshDocroot,
  freshFolder,
  testServices,
  testSql,
} from '../../servers/test-services'
import { type BucketSnapshot, bucketSnapshot } from '../bucket-snapshot'

const services = testServices()

/** Without what two runs of the same site have otherwise: moments, durations, digests, and the links of GitHub. */
function leveled(text: string): string {
  return text
    .replaceAll('&nbsp;', ' ')
    .replace(/(?<="page":")[^"]*/, 'PAGE')
    .replace(/\d{4}-\d\d-\d\d[T ]\d\d:\d\d(:\d\d(\.\d+)?)?( UTC|Z)?/g, 'TIME')
    .replace(/(?<=[_/])(one|two)\b/g, 'SIDE')
    .replace(/(\[run\]\()?https:\/\/github\.com\/acme\/shop\/actions\/runs\/\d+\/attempts\/1\)?/g, '')
    .replace(/\b[0-9a-f]{64}\b/g, 'DIGEST')
    .replace(/\b\d+(\.\d+)? (ms|s|m|h)\b( \d+ s)?( ago)?/g, 'DURATION')
    .replace(/[━▁-█]+/g, 'BAR')
    .replace(/((seconds|bytes)\\*":\\*"?)\d+/gi, '$1N')
    .replace(/(?<=\.gz<\/code> \| )[\d,]+/g, 'SIZE')
    .replace(/\b\d+(\.\d+)? ?(k|M)?B(\/s)?\b/g, 'SIZE')
}

function contents({ manifests, objects }: BucketSnapshot) {
  const points = Object.values(manifests).map(({ slot, state, verdict, artifacts }) => ({
    ...{ slot, state, verdict },
    artifacts: artifacts.map(({ name, kind, content: { bytes: _, sha256: __, ...content } }) => ({
      name,
      kind,
      content: isEncrypted ? unkeyed(content) : content,
    })),
  }))
  return { keys: Object.keys(objects), points }
}

/** With encryption each bucket has a key of its own for the fingerprints of rows. */
function unkeyed(content: object): unknown {
  return JSON.parse(JSON.stringify(content).replace(/[0-9a-f]{64}/g, 'DIGEST'))
}

describe('the command line program', () => {
  it('stores, lists, proves and restores what the actions do, with the same outputs and summaries', async () => {
    const database = await freshDatabase(services)
    await testSql(
      services,
      "CREATE TABLE orders (id INT PRIMARY KEY, note TEXT); INSERT INTO orders VALUES (1, 'Grüße')",
      database,
    )
    const docroot = await freshDocroot(services)
    const [mirrors, place] = [await freshFolder(services), await freshFolder(services)]
    const buckets = await Promise.all([freshBucket(services), freshBucket(services)])
    const inputsOf = (action: ActionName, side: 'one' | 'two'): Record<string, string> => {
      const store = s3Inputs(services, buckets[side === 'one' ? 0 : 1] ?? '')
      const login = { ...sshInputs(services), ...mysqlInputs(services) }
      switch (action) {
        case '':
          return {
            ...{ ...login, ...store, databases: database, paths: docroot, rotation: 'running' },
            'mirror-dir': join(mirrors, side),
          }
        case 'restore':
          return {
            ...login,
            ...store,
            databases: `${database}=${database}_${side}`,
            paths: `${docroot}=${join(place, side)}`,
          }
        default:
          return store
      }
    }
    for (const action of ['', 'list', 'verify', 'restore'] as const) {
      const [emulated, run] = await Promise.all([
        actionRun(action, { inputs: inputsOf(action, 'one') }),
        programRun(action, { inputs: inputsOf(action, 'two') }),
      ])
      expect([emulated.conclusion, run.exitCode, run.refusal]).toEqual(['success', 0, ''])
      const { outputs = {}, summary = '' } = emulated.main ?? {}
      const [own, other] = [outputs, run.outputs].map(each =>
        leveled(JSON.stringify(each).replace(buckets[0], buckets[1])),
      )
      expect(other).toBe(own)
      expect(leveled(run.summary)).toBe(leveled(summary.replaceAll(buckets[0], buckets[1])))
      expect(run.log).not.toMatch(/^::/m)
    }
    const [one, two] = await Promise.all(buckets.map(bucket => bucketSnapshot(services.s3, bucket)))
    expect(two && contents(two)).toEqual(one && contents(one))
    await Promise.all([mirrors, place].map(folder => rm(folder, { recursive: true, force: true })))
  })

  it('refuses what it cannot do before it does anything, and says what to set', async () => {
    const bare = await programRun('list', { inputs: {}, arguments: ['--dry-run'] })
    expect(bare).toMatchObject({ exitCode: 1, log: '', refusal: expect.stringMatching(/^Error: There is no dry run/) })
  })
})
