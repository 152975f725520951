import { presentBaselines, runBaseline, runPipeline } from './baselines'
import { withBucket } from './bench-bucket'
import type { BenchPlace } from './bench-place'
import { runOurs } from './ours'
import { megabytes, type StreamRow } from './report-rows'
import { streamMs } from './stored-manifest'

/** The same stream for every tool: inputs for the action, and the command that makes the same bytes for the others. */
export interface ComparedStream {
  name: string
  inputs: Readonly<Record<string, string>>
  command: string
  contentBytes: number
  compression: 'none' | 'gzip'
}

/** Measures every tool on one stream, one after another; of several runs the one with the least CPU time counts. */
export async function compareStreams(place: BenchPlace, stream: ComparedStream): Promise<StreamRow[]> {
  const { services, options, say } = place
  const ours = await best(options.repeat, () => measureOurs(place, stream))
  const rows = [ours]
  say(describe(stream, ours))
  for (const baseline of presentBaselines()) {
    const row = await best(options.repeat, () =>
      withBucket(services.s3, async bucket => {
        const expected = { command: stream.command, expectedBytes: stream.contentBytes }
        const { usage, storedBytes } = await runBaseline(services, bucket, baseline, expected)
        return { tool: `\`${baseline}\``, contentBytes: ours.contentBytes, storedBytes, usage }
      }),
    )
    say(describe(stream, row))
    rows.push(row)
  }
  const reader = stream.compression === 'gzip' ? 'gzip -dc >/dev/null' : 'cat >/dev/null'
  const row = await best(options.repeat, async () => {
    const usage = await runPipeline(services, stream.command, reader)
    return { tool: `\`ssh | ${reader}\``, contentBytes: ours.contentBytes, storedBytes: 0, usage }
  })
  say(describe(stream, row))
  return [...rows, row]
}

function measureOurs({ services, options }: BenchPlace, stream: ComparedStream): Promise<StreamRow> {
  return withBucket(services.s3, async bucket => {
    const { usage, artifacts } = await runOurs(services, options, bucket.name, stream.inputs)
    const [artifact] = artifacts
    if (artifact === undefined) throw new Error('The run stored no artifact.')
    return {
      tool: 'make-a-backup',
      contentBytes: artifact.content.bytes,
      storedBytes: artifact.bytes,
      usage,
      streamMs: streamMs(artifact),
    }
  })
}

async function best(times: number, run: () => Promise<StreamRow>): Promise<StreamRow> {
  let found = await run()
  for (let index = 1; index < times; index++) {
    const next = await run()
    if (next.usage.cpuSeconds < found.usage.cpuSeconds) found = next
  }
  return found
}

function describe({ name }: ComparedStream, { tool, usage }: StreamRow): string {
  const { wallMs, cpuSeconds, peakRssBytes } = usage
  return `${name}, ${tool}: ${(wallMs / 1000).toFixed(1)} s, CPU ${cpuSeconds.toFixed(2)} s, ${megabytes(peakRssBytes)} MB`
}
