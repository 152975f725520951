import { actionRun, mysqlInputs, s3Inputs, sshInputs } from '../../runner/action-run'
import type { ActionRun, RunOptions } from '../../runner/emulator'
import type { Services } from '../../servers/services'

/** What a test wants otherwise; inputs not named keep what leads to the test servers. */
export type RestoreOverrides = Partial<Omit<RunOptions, 'action'>>

/** Runs the restore action against the test servers, and proves that no secret showed. */
export function restoreRun(services: Services, bucket: string, overrides: RestoreOverrides = {}): Promise<ActionRun> {
  const inputs = {
    ...sshInputs(services),
    ...mysqlInputs(services),
    ...s3Inputs(services, bucket),
    ...overrides.inputs,
  }
  return actionRun('restore', { ...overrides, inputs })
}

/** Inputs with which a restore may replace what is there. */
export function overwriting({ ssh }: Pick<Services, 'ssh'>): Record<string, string> {
  return { overwrite: 'true', confirm: ssh.host }
}

/** A green run. Throws with its log otherwise. */
export function expectRestored(run: ActionRun): void {
  const { main, post } = run
  const isGreen = run.conclusion === 'success' && post?.exitCode === 0 && main?.annotations.error.length === 0
  if (!isGreen) throw new Error(`The restore is not green:\n${main?.log.join('\n')}\n${post?.log.join('\n')}`)
  expect(main?.outputs['status']).toBe('restored')
  expect(main?.annotations.notice).toHaveLength(1)
}

/**
 * A red run whose one error annotation says what failed, what is still safe and what to do. Returns the annotation's
 * text.
 */
export function expectRefused(run: ActionRun, telling: readonly RegExp[]): string {
  const errors = run.main?.annotations.error ?? []
  expect(run.conclusion).toBe('failure')
  expect(errors).toHaveLength(1)
  const [{ title = '', message = '' } = {}] = errors
  for (const pattern of telling) expect(message).toMatch(pattern)
  expect(message).toMatch(/\nStill safe: \S.{20,}\nWhat to do: \S.{20,}$/)
  expect(title).not.toBe('An error in make-a-backup itself')
  expect(run.main?.outputs).not.toHaveProperty('status')
  return message
}
