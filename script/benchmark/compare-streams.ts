import { presentBaselines, runBaseline, runPipeline } from './baselines'
import { withBucket } from './bench-bucket'
import type { BenchPlace } from './bench-place'
import type { Measured } from './limits'
import { runOurs } from './ours'
import {
  cpuPerGigabyte,
  megabytes,
  type Section,
  type StreamRow,
  type StreamRun,
  speedOf,
  streamTable,
} from './report-rows'
import { inRounds, ratios, spreadOf } from './rounds'
import { streamMs } from './stored-manifest'

/** The same stream for every tool: inputs for the action, and the command that makes the same bytes for the others. */
export interface ComparedStream {
  name: string
  inputs: Readonly<Record<string, string>>
  command: string
  contentBytes: number
  compression: 'none' | 'gzip'
}

/** Measures every tool on one stream, in rounds. */
export async function compareStreams(place: BenchPlace, stream: ComparedStream): Promise<Section> {
  const { services, options, say } = place
  const { name, command, contentBytes } = stream
  const reader = stream.compression === 'gzip' ? 'gzip -dc >/dev/null' : 'cat >/dev/null'
  const contestants = new Map<string, () => Promise<StreamRun>>([[ours, () => measureOurs(place, stream)]])
  for (const baseline of presentBaselines()) {
    contestants.set(`\`${baseline}\``, () =>
      withBucket(services.s3, async bucket => {
        const { usage, storedBytes } = await runBaseline(services, bucket, baseline, {
          ...{ command, expectedBytes: contentBytes },
        })
        return { contentBytes, storedBytes, usage }
      }),
    )
  }
  contestants.set(`\`ssh | ${reader}\``, async () => {
    const usage = await runPipeline(services, command, reader)
    return { contentBytes, storedBytes: 0, usage }
  })
  const found = await inRounds(options.repeat, contestants)
  const rows = [...found].map(([tool, runs]) => ({ tool, runs }))
  for (const row of rows) say(describe(name, row))
  return { title: name, lines: streamTable(rows), measured: limitsOf(stream, rows) }
}

const ours = 'make-a-backup'

/** At least as fast as each of the others, and with no more CPU time than the cheapest and the decompression take. */
function limitsOf({ name, compression }: ComparedStream, rows: readonly StreamRow[]): Measured[] {
  const [own, ...others] = rows
  const reader = others.pop()
  if (own === undefined || reader === undefined) return []
  const figures = ({ runs }: StreamRow, of: (run: StreamRun) => number) => runs.map(of)
  const times = others.map(other => {
    const { median } = ratios(figures(other, speedOf), figures(own, speedOf))
    return { what: `${name}: the time of ${other.tool} that ours takes`, figure: median, limit: 1, unit: ' ×' }
  })
  const cpu = (row: StreamRow) => spreadOf(figures(row, cpuPerGigabyte)).median
  const cheapest = Math.min(...others.map(cpu))
  const limit = cheapest + (compression === 'gzip' ? cpu(reader) : 0)
  const seconds = { what: `${name}: CPU per GB`, figure: cpu(own), limit, unit: ' s' }
  const peak = spreadOf(figures(own, run => run.usage.peakRssBytes)).most / 1e6
  const disk = spreadOf(figures(own, run => run.usage.diskWriteBytes)).most
  return [
    ...(others.length === 0 ? [] : [...times, seconds]),
    { what: `${name}: peak memory`, figure: peak, limit: 200, unit: ' MB' },
    // The emulator of the runner keeps the log and the files of commands.
    { what: `${name}: bytes on the disk of the runner`, figure: disk, limit: 2 ** 20, unit: '' },
  ]
}

/** One run of the action on a stream. */
export function measureOurs({ services, options }: BenchPlace, stream: ComparedStream): Promise<StreamRun> {
  return withBucket(services.s3, async bucket => {
    const { usage, artifacts } = await runOurs(services, options, bucket.name, stream.inputs)
    const [artifact] = artifacts
    if (artifact === undefined) throw new Error('The run stored no artifact.')
    return {
      contentBytes: artifact.content.bytes,
      storedBytes: artifact.bytes,
      usage,
      streamMs: streamMs(artifact),
    }
  })
}

function describe(name: string, { tool, runs }: StreamRow): string {
  const { wallMs, cpuSeconds, peakRssBytes } = runs[0]?.usage ?? { wallMs: 0, cpuSeconds: 0, peakRssBytes: 0 }
  return `${name}, ${tool}: ${(wallMs / 1000).toFixed(1)} s, CPU ${cpuSeconds.toFixed(2)} s, ${megabytes(peakRssBytes)} MB`
}
