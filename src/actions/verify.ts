import { setTimeout as pause } from 'node:timers/promises'
import { beginAttempt } from '../commands/attempt'
import { type FailureFacts, reportedStore } from '../commands/run-facts'
import { cleanUpRunner } from '../commands/verify/clean-up-runner'
import { drillOnRunner } from '../commands/verify/drill'
import { verify } from '../commands/verify/verify'
import { provenSentence } from '../commands/verify/verify-lines'
import type { VerifyAttempt, VerifyReport } from '../commands/verify/verify-result'
import { loadVerifyInputs, type VerifyInputs } from '../inputs/verify'
import { annotateWarnings } from '../report/annotations'
import { setVerifyOutputs } from '../report/outputs/verify-outputs'
import { scrubVerifyReport } from '../report/scrub/scrub-verify'
import { renderVerifySummary } from '../report/summary/verify-summary'
import { openRepository } from '../repository/open-repository'
import type { Runtime } from '../runtime/runtime'
import { runAction } from './run-action'
import { runnerTools } from './runner-tools'

/** The action `verify`: proves stored recovery points. Sets outputs and summary even when it fails. */
export function verifyAction(runtime: Runtime): Promise<void> {
  let begun: Begun | undefined
  const work = async () => {
    const inputs = loadVerifyInputs(runtime, process.env)
    const attempt: VerifyAttempt = beginAttempt(runtime)
    begun = { inputs, attempt }
    const repository = openRepository(inputs.s3)
    try {
      const machine = runnerTools(runtime)
      await cleanUpRunner(machine)
      const drill = drillOnRunner(inputs, machine)
      const wait = (ms: number, signal: AbortSignal) => pause(ms, undefined, { signal })
      await verify(inputs, { runtime, repository, drill, wait }, attempt)
    } finally {
      repository.store.close()
      setVerifyOutputs(runtime, reportOf(begun, runtime))
    }
    const report = reportOf(begun, runtime)
    annotateWarnings(runtime.log, report.warnings)
    runtime.log.notice(provenSentence(report), 'Proven')
    await runtime.summary(renderVerifySummary(report))
  }
  return runAction(runtime, work, {
    safe: 'No recovery point was changed: a verification writes only the proof of a drill.',
    // Wrong inputs have an annotation; there is no run to summarize.
    summarize: failure => (begun === undefined ? '' : renderVerifySummary(reportOf(begun, runtime, failure))),
  })
}

/** From when the inputs are known. */
interface Begun {
  inputs: VerifyInputs
  attempt: VerifyAttempt
}

function reportOf({ inputs, attempt }: Begun, runtime: Runtime, failure?: FailureFacts): VerifyReport {
  const { startedAt, facts, warnings } = attempt
  const report = {
    ...{ level: inputs.level, store: reportedStore(inputs.s3) },
    ...{ startedAt, finishedAt: runtime.clock.now(), points: [], ...facts, warnings },
    ...(failure === undefined ? {} : { failure }),
  }
  return scrubVerifyReport(report, runtime.scrub)
}
