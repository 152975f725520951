import { githubRuntime } from '../../../../src/runtime/github/github-runtime'
import { localCommand } from '../../../../src/runtime/github/local-command'

const [program = '', ...words] = process.argv.slice(2)
const runtime = githubRuntime()
runtime.mask('a-secret')

/** Runs a command and prints in JSON what came of it. */
async function main(): Promise<void> {
  const result = await localCommand(runtime.scrub)(program, words, {
    PATH: process.env['PATH'] ?? '',
    TOLD: 'this',
  })
  runtime.log.info(JSON.stringify(result))
}

void main()
