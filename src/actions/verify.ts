import { setTimeout as pause } from 'node:timers/promises'
import { type FailureFacts, reportedStore } from '../commands/run-facts'
import { cleanUpRunner } from '../commands/verify/clean-up-runner'
import { drillOnRunner } from '../commands/verify/drill/drill'
import { verify } from '../commands/verify/verify'
import { provenSentence } from '../commands/verify/verify-lines'
import type { VerifyReport } from '../commands/verify/verify-report'
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
  let report: VerifyReport | undefined
  const finished = (begun: VerifyReport, failure?: FailureFacts): VerifyReport => {
    const facts = failure === undefined ? {} : { failure }
    return scrubVerifyReport({ ...begun, ...facts, finishedAt: runtime.clock.now() }, runtime.scrub)
  }
  const work = async () => {
    const inputs = loadVerifyInputs(runtime, process.env)
    const begun = emptyReport(inputs, runtime.clock.now())
    report = begun
    const repository = openRepository(inputs.s3)
    try {
      const tools = runnerTools(runtime)
      await cleanUpRunner(tools)
      const drill = drillOnRunner({ inputs, ...tools })
      const wait = (ms: number, signal: AbortSignal) => pause(ms, undefined, { signal })
      await verify(inputs, { runtime, repository, drill, wait }, begun)
    } finally {
      repository.store.close()
      setVerifyOutputs(runtime, finished(begun))
    }
    const done = finished(begun)
    annotateWarnings(runtime.log, done.warnings)
    runtime.log.notice(provenSentence(done), 'Proven')
    await runtime.summary(renderVerifySummary(done))
  }
  return runAction(runtime, work, {
    safe: 'No recovery point was changed: a verification writes only the proof of a drill.',
    // Wrong inputs have an annotation; there is no run to summarize.
    summarize: failure => (report === undefined ? '' : renderVerifySummary(finished(report, failure))),
  })
}

function emptyReport({ level, s3 }: VerifyInputs, now: Date): VerifyReport {
  return {
    level,
    store: reportedStore(s3),
    startedAt: now,
    finishedAt: now,
    points: [],
    warnings: [],
  }
}
