import { existsSync } from 'node:fs'
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import globalSetup from './global-setup'
import globalTeardown from './global-teardown'
import { type DebianServer, startDebianServer } from './machines/debian-server'

/** The variable that carries the path of the JSON file with the servers of `npm run matrix` to the suites. */
export const matrixVariable = 'MAKE_A_BACKUP_MATRIX_SERVERS'

/** The releases, from the oldest to the newest. */
const suites = ['bullseye', 'trixie', 'sid']
const place = join(__dirname, '../../.work/matrix')

declare global {
  // As in `global-setup.ts`.
  var makeABackupMatrix: DebianServer[] | undefined
}

/** Jest's global set-up of the project `matrix`: the servers of all tests, and those of the releases that were asked for. */
export default async function matrixSetup(): Promise<void> {
  const wanted = (process.env['MAKE_A_BACKUP_MATRIX'] ?? suites.join(' ')).split(' ')
  const missing = wanted.filter(suite => !existsSync(join(place, suite, 'ready')))
  if (missing.length > 0)
    throw new Error(`No folder for ${missing.join(', ')} yet: run npm run matrix -- ${missing.join(' ')}`)
  await globalSetup()
  const running = globalThis.makeABackupServices
  if (running === undefined) throw new Error('The servers of the tests were not started.')
  const { services, folder } = running
  const started = await Promise.allSettled(
    wanted.map(suite => startDebianServer({ root: join(place, suite), suite, folder: join(folder, suite) }, services)),
  )
  globalThis.makeABackupMatrix = started.flatMap(each => (each.status === 'fulfilled' ? [each.value] : []))
  const problems = started.flatMap(each => (each.status === 'rejected' ? [each.reason] : []))
  if (problems.length > 0) {
    await matrixTeardown()
    throw new AggregateError(problems, `A server did not start: ${problems.map(String).join('\n')}`)
  }
  const file = join(folder, 'matrix.json')
  await writeFile(file, JSON.stringify(globalThis.makeABackupMatrix.map(({ facts }) => facts)), { mode: 0o600 })
  process.env[matrixVariable] = file
}

/** Jest's global tear-down: ends what `matrixSetup` has started. */
export async function matrixTeardown(): Promise<void> {
  await Promise.all((globalThis.makeABackupMatrix ?? []).map(server => server.stop()))
  await globalTeardown()
}
