import { Readable, Writable } from 'node:stream'
import { gzipSync, zstdCompressSync } from 'node:zlib'
import type { Job } from '../../../../../../src/server/job'
import { ValueReading } from '../../../../../../src/sources/mysql/check/values/value-reading'
import type { DumpRequest } from '../../../../../../src/sources/mysql/dump/open-dump'
import { type DumpAgainRequest, dumpAgain } from '../../../../../../src/sources/mysql/restore/compare/dump-again'
import { ordersDump } from '../../../../commands/stored-point'
import { aJobReport } from '../../../../server/a-job-report'
import { everything } from '../../dumps'

interface Dumper {
  server: DumpAgainRequest['server']
  requests: DumpRequest[]
  asked: string[]
  jobs: { isClosed: boolean }[]
}

/** A server whose dumps have this text, compressed as asked for. */
function dumping(text: string, fails?: Error, triggers = 0): Dumper {
  const dumper: Dumper = {
    requests: [],
    asked: [],
    jobs: [],
    server: {
      runSql: async ({ sql, signal }) => {
        signal?.throwIfAborted()
        dumper.asked.push(sql)
        return `${triggers}\n`
      },
      openDump: async request => {
        request.signal.throwIfAborted()
        dumper.requests.push(request)
        const noted = { isClosed: false }
        dumper.jobs.push(noted)
        const bytes = Buffer.from(text)
        const body = async function* () {
          yield { gzip: gzipSync, zstd: zstdCompressSync, none: (plain: Buffer) => plain }[request.compression.kind](
            bytes,
          )
          if (fails !== undefined) throw fails
        }
        const done = fails === undefined ? Promise.resolve(aJobReport({ done: true })) : Promise.reject(fails)
        done.catch(() => {})
        const job: Job = {
          body: Readable.from(body()).once('close', () => {
            noted.isClosed = true
          }),
          done,
          input: new Writable(),
          send: () => {},
          close: () => {},
        }
        return job
      },
    },
  }
  return dumper
}

const again = ({ server }: Dumper, overrides: Partial<DumpAgainRequest> = {}) =>
  dumpAgain({
    ...{ server, access: {}, database: 'shop', flavor: 'mariadb' as const, options: [], travel: 'gzip' as const },
    signal: new AbortController().signal,
    ...overrides,
  })

describe('dumpAgain', () => {
  it.each(['gzip', 'zstd', 'none'] as const)('tells what a database holds, by a stream of %s', async travel => {
    const dumper = dumping(everything)
    const content = await again(dumper, { travel })
    expect(content.tables.map(({ name }) => name)).toContain('orders')
    expect(content.bytes).toBe(Buffer.byteLength(everything))
    expect(dumper.requests[0]?.compression).toEqual(travel === 'none' ? { kind: travel } : { kind: travel, level: 1 })
  })

  it('gives the options of the dump that it is compared with, as far as a backup would take them', async () => {
    const dumper = dumping(everything)
    const options = ['--quick', '--skip-ssl', '--force', '--result-file=/etc/passwd', '--skip-routines', 'rm -rf /']
    await again(dumper, { options })
    const given = dumper.requests[0]?.arguments.main ?? []
    expect(given.filter(option => option === '--quick')).toHaveLength(1)
    expect(given).toContain('--skip-ssl')
    for (const refused of options.slice(2)) expect(given).not.toContain(refused)
  })

  it('has the tool look for the triggers of each table only where there are any', async () => {
    const [none, some] = [dumping(everything), dumping(everything, undefined, 2)]
    await again(none)
    await again(some)
    expect(none.asked).toEqual([expect.stringContaining("TRIGGER_SCHEMA = _utf8 x'73686f70'")])
    expect(none.requests[0]?.arguments.main).toContain('--skip-triggers')
    expect(some.requests[0]?.arguments.main).not.toContain('--skip-triggers')
  })

  it('reads rows as values too when asked', async () => {
    const values = new ValueReading(new Set(['orders']))
    await again(dumping(ordersDump('INSERT INTO `orders` VALUES\n(1),\n(2);\n')), { values })
    expect(values.tables.get('orders')?.rows).toBe(2)
  })

  it('throws what the dump tool says, and ends it', async () => {
    const dumper = dumping(everything, new Error('mysqldump ended with status 3'))
    await expect(again(dumper)).rejects.toThrow('mysqldump ended with status 3')
    expect(dumper.jobs).toEqual([{ isClosed: true }])
  })

  it('is not content with half a dump', async () => {
    await expect(again(dumping(everything.slice(0, -40)))).rejects.toThrow()
  })

  it('hands on the signal that stops it', async () => {
    const dumper = dumping(everything)
    const signal = AbortSignal.abort(new Error('Cancelled'))
    await expect(again(dumper, { signal })).rejects.toThrow('Cancelled')
    expect(dumper.jobs).toEqual([])
  })
})
