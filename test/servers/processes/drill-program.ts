import { join } from 'node:path'
import { githubRuntime } from '../../../src/runtime/github/github-runtime'
import { localCommand } from '../../../src/runtime/github/local-command'
import { openDrillFolder } from '../../../src/sources/drill/drill-folder'
import { databaseServerOver } from '../../../src/sources/mysql/database-server'
import { chooseDrillServer } from '../../../src/sources/mysql/drill/choose-drill-server'
import { placeOnThisMachine } from '../../../src/sources/mysql/drill/drill-place'
import { findDrillHost } from '../../../src/sources/mysql/drill/find-drill-host'
import { startThrowawayServer } from '../../../src/sources/mysql/drill/throwaway-server'

/**
 * A process that starts a throwaway server as a drill does, says `ready` and its folder, and holds it until it is told
 * to stop; then it tidies up. `DRILL_TEMP`: where its folder goes. `DRILL_UNLEASHED`: as on a machine whose setpriv
 * knows no leash.
 */
async function main(): Promise<void> {
  // Node runs this file as a module, which has no such name; the script is looked for beside its reader.
  Object.assign(globalThis, { __dirname: join(process.cwd(), 'src/server') })
  const { log, signal, scrub } = githubRuntime()
  const variables = { PATH: process.env['PATH'] ?? '' }
  const real = localCommand(scrub)
  const run: typeof real = (program, words, environment) =>
    program === 'setpriv' && process.env['DRILL_UNLEASHED'] !== undefined
      ? Promise.resolve({ exitCode: 127, stdout: '', stderr: '' })
      : real(program, words, environment)
  const folder = await openDrillFolder([process.env['DRILL_TEMP'] ?? ''])
  log.info(`folder ${folder.path}`)
  const place = await placeOnThisMachine(join(folder.path, 'database'), run, variables)
  try {
    const means = await findDrillHost(run, variables)
    const chosen = chooseDrillServer({ flavor: 'mariadb', version: '5.5.1' }, 'local', means)
    if (chosen.kind !== 'installed') throw new Error('Not a server that is installed.')
    const server = await startThrowawayServer({ place, ...chosen.server, signal })
    const sql = 'SELECT @@version, @@skip_networking, CURRENT_USER();'
    const answer = await databaseServerOver(place.connection).runSql({
      access: server.access,
      sql,
      name: 'a look',
    })
    log.info(`ready ${answer.trim().replaceAll('\t', ' ')}`)
    // Keeps the process alive, as the streams of a drill do.
    const heart = setInterval(() => {}, 1_000)
    if (!signal.aborted) await new Promise(stop => signal.addEventListener('abort', stop))
    clearInterval(heart)
    await server.stop()
  } catch (error) {
    log.info(`failed: ${String(error)}`)
    process.exitCode = 1
  } finally {
    await place.remove()
    await folder.remove()
    log.info('gone')
  }
}

void main()
