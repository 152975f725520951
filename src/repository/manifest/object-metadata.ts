import { randomBytes } from 'node:crypto'
import type { RunIdentity } from '../../runtime/runtime'

/** Which recovery point a data object belongs to. `startedAt` is the manifest's. */
export interface ObjectOrigin {
  slot: string
  run: RunIdentity
  startedAt: string
}

/** The metadata of a data object. Call it once per run: outside GitHub it makes up a run id for all of its objects. */
export function objectMetadata({ slot, run, startedAt }: ObjectOrigin): Readonly<Record<string, string>> {
  return {
    'make-a-backup-slot': slot,
    'make-a-backup-run': runName(run) ?? `local-${randomBytes(8).toString('hex')}`,
    'make-a-backup-taken-at': startedAt,
  }
}

/** Whether an object's metadata says that it was stored for this recovery point. */
export function isFrom(origin: ObjectOrigin, metadata: Readonly<Record<string, string>>): boolean {
  const run = runName(origin.run)
  return (
    metadata['make-a-backup-slot'] === origin.slot &&
    metadata['make-a-backup-taken-at'] === origin.startedAt &&
    (run === undefined || metadata['make-a-backup-run'] === run)
  )
}

/** Undefined outside GitHub. */
function runName(run: RunIdentity): string | undefined {
  return run.id === '' ? undefined : `${run.id}-${run.attempt}`
}
