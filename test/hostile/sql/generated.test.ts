import { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import type { HeldObject } from '../../../src/sources/mysql/check/split/held-object'
import { splitDump } from '../../../src/sources/mysql/check/split/split-dump'
import { problemsOnServer } from '../../../src/sources/mysql/restore/import/check-objects'
import { openImportAccount } from '../../../src/sources/mysql/restore/import/import-account'
import { scriptOf } from '../../../src/sources/mysql/restore/import/make-objects'
import { objectProblem } from '../../../src/sources/mysql/restore/import/object-sql'
import { freshDatabaseName } from '../../servers/test-services'
import { table } from '../../unit/sources/mysql/dumps'
import { randomFrom } from '../random'
import { type DatabaseUnderTest, openDatabaseUnderTest } from './database-under-test'
import { toolsFor } from './import-of'
import { randomSql } from './random-sql'
import { makeNeighbour, worldOf } from './world'

const count = Number(process.env['HOSTILE_COUNT'] ?? 300)
const seed = Number(process.env['HOSTILE_SEED'] ?? 1)
const batchSize = 300
let server: DatabaseUnderTest

/** What is passed on of a text as rows, and what is held back; undefined when it is refused. */
async function splitOf(sql: Buffer): Promise<{ rows: Buffer; objects: readonly HeldObject[] } | undefined> {
  const { stream, objects } = splitDump('shop')
  const out: Buffer[] = []
  try {
    await pipeline(Readable.from([sql]), stream, async source => {
      for await (const piece of source) out.push(piece)
    })
    return { rows: Buffer.concat(out), objects }
  } catch {
    return undefined
  }
}

/**
 * Imports texts as a restore does, but goes on after every statement that fails, which a restore does not: rows as the
 * account of the import, objects that are not refused as the administrator.
 */
async function importAll(texts: readonly Buffer[], target: string): Promise<{ made: number; refused: number }> {
  const tools = await toolsFor(server, target)
  const account = await openImportAccount(target, tools)
  try {
    const splits = await Promise.all(texts.map(splitOf))
    server.runAll(Buffer.from(table('orders')), target, account.access)
    // Each by itself: an open quote of one must not hide the next.
    const rows = splits.flatMap(split =>
      split === undefined || /^\s*$/.test(split.rows.toString('latin1')) ? [] : [split.rows],
    )
    for (const some of rows) server.runAll(some, target, account.access)
    const objects = splits.flatMap(split => split?.objects ?? []).filter(object => objectProblem(object) === undefined)
    const problems = await problemsOnServer(objects, target, tools)
    const sound = objects.filter((_, index) => problems[index] === undefined)
    const defaults = { characterSet: 'utf8mb4', collation: 'utf8mb4_general_ci' }
    const { pieces } = scriptOf(sound, { database: target, from: target, defaults, definers: [] }, () => true)
    server.runAll(Buffer.concat(pieces), target, server.access)
    return {
      made: sound.length,
      refused: splits.filter(split => split === undefined).length + objects.length - sound.length,
    }
  } finally {
    await account.close()
  }
}

beforeAll(async () => {
  server = await openDatabaseUnderTest()
  makeNeighbour(server)
})
afterAll(() => server.close())

describe('generated SQL', () => {
  it(`has no effect outside of its database: ${count} texts of seed ${seed}`, async () => {
    const random = randomFrom(seed)
    let made = 0
    for (let done = 0; done < count; done += batchSize) {
      const target = freshDatabaseName()
      server.sql(`CREATE DATABASE ${target} CHARACTER SET utf8mb4`)
      const before = worldOf(server, target)
      const texts = Array.from({ length: Math.min(batchSize, count - done) }, (_, index) =>
        randomSql(random, done + index),
      )
      made += (await importAll(texts, target)).made
      expect({ from: done, world: worldOf(server, target) }).toEqual({ from: done, world: before })
      server.sql(`DROP DATABASE ${target}`)
    }
    // Texts that nobody takes would prove nothing.
    expect(made).toBeGreaterThan(count / 100)
  }, 3_600_000)
})
