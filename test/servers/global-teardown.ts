import { removeTree } from './remove-tree'

/** Jest's global tear-down: ends what `global-setup.ts` has started. */
export default async function globalTeardown(): Promise<void> {
  const running = globalThis.makeABackupServices
  if (running === undefined) return
  await running.services.stop()
  await removeTree(running.folder)
}
