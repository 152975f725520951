import { rm } from 'node:fs/promises'

/** Jest's global tear-down: ends what `global-setup.ts` has started. */
export default async function globalTeardown(): Promise<void> {
  const running = globalThis.makeABackupServices
  if (running === undefined) return
  await running.services.stop()
  await rm(running.folder, { recursive: true, force: true })
}
