import { Readable, Writable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { passDump } from '../../../../../src/sources/mysql/check/pass-dump'
import { mysqlDump, table } from '../dumps'

const rows = "INSERT INTO `orders` VALUES (1,'a;b'),(2,NULL);\n"
const dump = mysqlDump(`${table('orders')}${rows}`)

async function pass(text: string, length: number): Promise<{ through: string; isStopped: boolean }> {
  let isStopped = false
  const { check, passing } = passDump(
    ({ unusual }) => unusual.length === 0,
    () => {
      isStopped = true
    },
  )
  let through = ''
  const sink = new Writable({
    write: (chunk, _encoding, done) => {
      through += chunk.toString('latin1')
      done()
    },
  })
  const bytes = Buffer.from(text, 'latin1')
  const pieces = Array.from({ length: Math.ceil(bytes.length / length) }, (_, at) =>
    bytes.subarray(at * length, (at + 1) * length),
  )
  // What does not fit may also be damaged.
  await pipeline([Readable.from(pieces), ...passing(check).stages, sink]).catch(() => {})
  return { through, isStopped }
}

describe('passDump', () => {
  it.each([1, 7, 100_000])('passes a dump on as it is, in pieces of %d bytes', async length => {
    expect(await pass(dump, length)).toEqual({ through: dump, isStopped: false })
  })

  it.each([1, 7, 100_000])('stops before a statement that does not fit, in pieces of %d bytes', async length => {
    const at = dump.indexOf('DROP TABLE')
    const bad = `${dump.slice(0, at)}GRANT ALL ON *.* TO evil;\n${dump.slice(at)}`
    const { through, isStopped } = await pass(bad, length)
    expect(isStopped).toBe(true)
    expect(bad.startsWith(through)).toBe(true)
    expect(through).not.toContain('evil;')
  })

  it('stops at what follows a row', async () => {
    const bad = dump.replace(/\);\n/, '); DROP DATABASE other;\n')
    const { through, isStopped } = await pass(bad, 7)
    expect(isStopped).toBe(true)
    expect(through).not.toContain('other;')
  })
})
