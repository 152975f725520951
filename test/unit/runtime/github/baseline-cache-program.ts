import { baselineCache } from '../../../../src/runtime/github/baseline-cache'
import { githubRuntime } from '../../../../src/runtime/github/github-runtime'

const [command = '', text = ''] = process.argv.slice(2)
const runtime = githubRuntime()

/** Saves, or prints in JSON what it loads. Ends at once, as an action does. */
async function main(): Promise<void> {
  const cache = baselineCache({
    scope: process.env['SCOPE'] ?? 'site',
    run: { id: '123', attempt: '1' },
    tempFolder: process.env['RUNNER_TEMP'] ?? '',
    clock: runtime.clock,
    log: runtime.log,
    signal: runtime.signal,
    limitMs: Number(process.env['LIMIT_MS'] ?? 10_000),
  })
  if (command === 'save') await cache.save(text)
  else runtime.log.info(JSON.stringify((await cache.load()) ?? null))
  runtime.log.warning('The last word.')
  process.stdout.write('', () => process.exit())
}

main()
