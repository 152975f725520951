import { existsSync } from 'node:fs'
import { mkdtemp, readdir, readFile, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { endProcessesOf } from './processes/left-processes'
import { removeTree } from './remove-tree'
import { type RunningServices, startServices } from './services'
import { servicesVariable } from './test-services'

declare global {
  // Set-up and tear-down run in one process and share nothing else.
  var makeABackupServices: { services: RunningServices; folder: string } | undefined
}

const prefix = 'make-a-backup-services-'

/** Jest's global set-up: one set of servers for all suites that ask for it. */
export default async function globalSetup(): Promise<void> {
  await removeLeftFolders()
  const folder = await mkdtemp(join(tmpdir(), prefix))
  await writeFile(join(folder, 'owner.pid'), String(process.pid))
  const services = await startServices(folder)
  const file = join(folder, 'services.json')
  const { ssh, mysql, s3, folder: files } = services
  await writeFile(file, JSON.stringify({ ssh, mysql, s3, folder: files }), { mode: 0o600 })
  process.env[servicesVariable] = file
  globalThis.makeABackupServices = { services, folder }
}

/**
 * A test run that was killed leaves its folder, and those servers that did not end with it: they are told by that
 * folder, a name nothing else has, in their command line.
 */
async function removeLeftFolders(): Promise<void> {
  for (const name of await readdir(tmpdir())) {
    if (!name.startsWith(prefix)) continue
    const folder = join(tmpdir(), name)
    const owner = await readFile(join(folder, 'owner.pid'), 'utf8').catch(() => undefined)
    if (owner === undefined || existsSync(`/proc/${owner}`)) continue
    await endProcessesOf(folder)
    await removeTree(folder)
  }
}
