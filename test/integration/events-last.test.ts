import { execFile, spawn } from 'node:child_process'
import { once } from 'node:events'
import { pipeline } from 'node:stream/promises'
import { promisify } from 'node:util'
import { eventsLast } from '../../src/sources/mysql/check/events/events-last'
import { baseOptions } from '../../src/sources/mysql/dump/dump-arguments'
import { awkwardDatabaseSql } from '../servers/database/awkward-database'
import { checksumDatabase } from '../servers/database/checksum-database'
import { freshDatabase, testServices, testSql } from '../servers/test-services'

const services = testServices()
const login = `--defaults-file=${services.mysql.clientConfig}`
const sql = (text: string, database?: string) => testSql(services, text, database)

/**
 * Dumps one database and imports it into another, as a restore does. Returns what the client was sent, and how it
 * ended.
 */
async function copy(from: string, to: string, more: readonly string[], spoil = (text: string) => text) {
  const { stdout } = await promisify(execFile)('mariadb-dump', [login, ...baseOptions, ...more, '--', from], {
    maxBuffer: 256 * 1024 * 1024,
  })
  const { stream, where } = eventsLast()
  const client = spawn('mariadb', [login, '--batch', '--binary-mode', '--comments', to])
  const sent: Buffer[] = []
  const complaints: Buffer[] = []
  client.stderr.on('data', (piece: Buffer) => complaints.push(piece))
  const ended = once(client, 'close')
  await pipeline(
    function* () {
      const bytes = Buffer.from(spoil(stdout))
      for (let at = 0; at < bytes.length; at += 10_007) yield bytes.subarray(at, at + 10_007)
    },
    stream,
    async function* (source: AsyncIterable<Buffer>) {
      for await (const piece of source) {
        sent.push(piece)
        yield piece
      }
    },
    client.stdin,
  ).catch(() => {})
  const [status] = await ended
  return {
    sent: Buffer.concat(sent).toString(),
    status,
    complaint: Buffer.concat(complaints).toString(),
    where,
  }
}

describe('eventsLast on the way into a real server', () => {
  it.each([
    ['as a backup dumps', []],
    ['without a time zone', ['--skip-tz-utc']],
    ['without a date and a character set', ['--skip-dump-date', '--skip-set-charset']],
    ['without routines', ['--skip-routines']],
  ])('restores a database with everything, dumped %s', async (_, more) => {
    const [from, to] = [await freshDatabase(services), await freshDatabase(services)]
    await sql(awkwardDatabaseSql, from)
    const { sent, status, complaint } = await copy(from, to, more)
    expect(complaint).toBe('')
    expect(status).toBe(0)
    expect(sent).not.toContain('sandbox mode */ \n--')
    expect(sent.indexOf('EVENT `cleaning` ON')).toBeGreaterThan(sent.lastIndexOf('/*!50001 VIEW'))
    const there = await checksumDatabase(sql, to)
    const expected = await checksumDatabase(sql, from)
    const isRoutine = (line: string) => /^(routine|parameter|body\t(PROCEDURE|FUNCTION))\t/.test(line)
    expect(there).toEqual(more.includes('--skip-routines') ? expected.filter(line => !isRoutine(line)) : expected)
    expect(there.some(line => line.startsWith('event\t'))).toBe(true)
  })

  it('names the statement on the line of an error of the client', async () => {
    const [from, to] = [await freshDatabase(services), await freshDatabase(services)]
    await sql(awkwardDatabaseSql, from)
    const faults: [string, string, string][] = [
      ['(101,NULL,NULL,NULL,NULL)', '(100,NULL,NULL,NULL,NULL)', 'the rows of table "binaries"'],
      ['CREATE TABLE `two  words` (', 'CREATE TABLE `two  words` (no sql', 'the table "two  words"'],
      ['TRIGGER before_plain BEFORE', 'TRIGGER before_plain BESIDES', 'the trigger "before_plain"'],
      ['EVENT `odd event` ON', 'EVENT `odd event` IN', 'the event "odd event"'],
      ['PROCEDURE `treacherous`(IN', 'PROCEDURE `treacherous`(INN', 'the procedure "treacherous"'],
      ['VIEW `plain_view` AS select `plain`', 'VIEW `plain_view` AS select `plan`', 'the view "plain_view"'],
      ['SETVAL(`numbering`', 'SETVAL(`none`', 'a statement DO'],
    ]
    for (const [text, wrong, place] of faults) {
      const { status, complaint, where } = await copy(from, to, [], dump => dump.replace(text, wrong))
      expect(status).toBe(1)
      const line = Number(/at line (\d+)/.exec(complaint)?.[1])
      expect([text, where(line)]).toEqual([text, place])
    }
  })
})
