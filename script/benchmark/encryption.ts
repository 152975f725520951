import { join } from 'node:path'
import { Readable, Writable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { newIdentity } from '../../src/pipeline/age/identity'
import { open } from '../../src/pipeline/age/open'
import { seal } from '../../src/pipeline/age/seal'
import type { Filter } from '../../src/pipeline/filter'
import type { BenchPlace } from './bench-place'
import { type ComparedStream, measureOurs } from './compare-streams'
import { linkMirror, makeNoise, makeText } from './data'
import type { Measured } from './limits'
import { type Section, type StreamRow, type StreamRun, speedOf, streamTable, table } from './report-rows'
import { inRounds, ratios, shownSpread, spreadOf } from './rounds'

/** The cipher alone, then whole runs that encrypt beside the same that do not. */
export async function benchEncryption(place: BenchPlace): Promise<Section[]> {
  const { folder, options, say } = place
  const cipher = await benchCipher(place)
  say('Making files')
  const [noise, text] = [join(folder, 'noise'), join(folder, 'text')]
  const zippedBytes = Math.floor(options.streamBytes / 3)
  await makeNoise(noise, options.streamBytes)
  await makeText(text, zippedBytes)
  const runs = [
    await benchRuns(place, { path: noise, compression: 'none', bytes: options.streamBytes }),
    await benchRuns(place, { path: text, compression: 'gzip', bytes: zippedBytes }),
  ]
  return [cipher, ...runs]
}

/** In this process, which is one thread: from memory, to nowhere. */
async function benchCipher({ options, say }: BenchPlace): Promise<Section> {
  const identity = await newIdentity()
  const recipients = [await identity.recipient()]
  const sealed: Buffer[] = []
  await through(await seal(recipients), content(), chunk => sealed.push(chunk))
  const contestants = new Map([
    ['encrypt', async () => timed(await seal(recipients), content())],
    ['decrypt', () => timed(open([identity]), sealed)],
  ])
  const found = await inRounds(options.repeat, contestants)
  const rows = [...found].map(([what, speeds]) => [what, shownSpread(spreadOf(speeds), 0, ' MB/s')])
  for (const row of rows) say(`cipher: ${row.join(', ')}`)
  const measured = [...found].map(([what, speeds]) => ({
    ...{ what: `The cipher alone: seconds to ${what} 300 MB`, figure: 300 / spreadOf(speeds).median },
    ...{ limit: 1, unit: ' s' },
  }))
  return { title: 'The cipher of encrypted backups, alone on one core', lines: table(['', 'speed'], rows), measured }
}

const pieces = 512
const piece = Buffer.alloc(2 ** 20, 'a row ')

/** In MB of content per second of a processor: whatever else the machine does. */
async function timed(filter: Filter<unknown>, bytes: Iterable<Buffer>): Promise<number> {
  const before = process.cpuUsage()
  await through(filter, bytes, () => {})
  const { user, system } = process.cpuUsage(before)
  return (pieces * piece.length) / (user + system)
}

async function through(
  { stages }: Filter<unknown>,
  bytes: Iterable<Buffer>,
  onChunk: (chunk: Buffer) => void,
): Promise<void> {
  const sink = new Writable({
    write: (chunk: Buffer, _encoding, done) => {
      onChunk(chunk)
      done()
    },
  })
  await pipeline([Readable.from(bytes), ...stages, sink])
}

function* content(): Generator<Buffer> {
  for (let at = 0; at < pieces; at++) yield piece
}

/** The same run twice in each round: as it is, and encrypted to one key. */
async function benchRuns(
  place: BenchPlace,
  { path, compression, bytes }: { path: string; compression: 'none' | 'gzip'; bytes: number },
): Promise<Section> {
  const { folder, options, say } = place
  const mirrorDir = await linkMirror(path, join(folder, 'mirrors', compression))
  const recipient = await (await newIdentity()).recipient()
  const inputs = { paths: path, 'mirror-dir': mirrorDir, compression }
  const stream: ComparedStream = { name: compression, command: '', contentBytes: bytes, compression, inputs }
  const encrypted = { ...stream, inputs: { ...inputs, 'encrypt-to': recipient.line } }
  const found = await inRounds(
    options.repeat,
    new Map([
      ['plain', () => measureOurs(place, stream)],
      ['encrypted', () => measureOurs(place, encrypted)],
    ]),
  )
  const rows = [...found].map(([tool, runs]) => ({ tool, runs }))
  const title = compression === 'none' ? 'Encrypted files, as they are' : 'Encrypted files of text, gzip'
  const lines = streamTable(rows)
  for (const line of lines.slice(2)) say(`${title} ${line}`)
  return { title, lines, measured: limitsOf(title, rows) }
}

/** At least 0.9 of the speed, and no more memory than a tenth. */
function limitsOf(title: string, [plain, encrypted]: readonly StreamRow[]): Measured[] {
  if (plain === undefined || encrypted === undefined) return []
  const figures = ({ runs }: StreamRow, of: (run: StreamRun) => number) => runs.map(of)
  const peak = (run: StreamRun) => run.usage.peakRssBytes / 1e6
  const slower = ratios(figures(plain, speedOf), figures(encrypted, speedOf)).median
  const larger = ratios(figures(encrypted, peak), figures(plain, peak)).median
  return [
    { what: `${title}: times of the plain run that it takes`, figure: slower, limit: 1 / 0.9, unit: ' ×' },
    { what: `${title}: times of the plain run's peak memory`, figure: larger, limit: 1.1, unit: ' ×' },
    { what: `${title}: peak memory`, figure: spreadOf(figures(encrypted, peak)).most, limit: 200, unit: ' MB' },
  ]
}
