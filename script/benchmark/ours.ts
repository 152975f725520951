import { backupInputs } from '../../test/runner/backup-run'
import { type ActionRun, runAction } from '../../test/runner/emulator'
import { bucketView } from '../../test/servers/bucket-view'
import type { Services } from '../../test/servers/services'
import type { BenchOptions } from './options'
import { type Artifact, parseManifest } from './stored-manifest'
import { measure, type Usage } from './usage'

/** One run of the action and what it stored. */
export interface OurRun {
  usage: Usage
  artifacts: Artifact[]
  log: string[]
}

/** Runs the main step of the action as the runner does. Throws with its log when it fails. */
export async function runOurs(
  services: Services,
  { action, nodeOptions }: Pick<BenchOptions, 'action' | 'nodeOptions'>,
  bucket: string,
  inputs: Readonly<Record<string, string>>,
): Promise<OurRun> {
  const { result: run, usage } = await measure(() =>
    runAction({
      action,
      inputs: backupInputs(services, bucket, inputs),
      folder: services.folder,
      post: 'lost',
      ...(nodeOptions === '' ? {} : { env: { NODE_OPTIONS: nodeOptions } }),
    }),
  )
  const key = run.main?.outputs['manifest-key']
  if (run.conclusion !== 'success' || key === undefined) throw new Error(`The run failed.\n${logOf(run)}`)
  const text = await bucketView(services.s3, bucket).text(key)
  return { usage, artifacts: parseManifest(text), log: run.main?.log ?? [] }
}

function logOf(run: ActionRun): string {
  return run.main?.log.join('\n') ?? ''
}
