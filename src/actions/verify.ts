import { setTimeout as pause } from 'node:timers/promises'
import type { FailureFacts } from '../commands/run-facts'
import { cleanUpRunner } from '../commands/verify/clean-up-runner'
import { drillOnRunner } from '../commands/verify/drill'
import { verify } from '../commands/verify/verify'
import { provenSentence } from '../commands/verify/verify-lines'
import type { VerifyFacts, VerifyReport } from '../commands/verify/verify-result'
import { loadVerifyInputs, type VerifyInputs } from '../inputs/verify'
import { annotateWarnings } from '../report/annotations'
import { setVerifyOutputs } from '../report/outputs/verify-outputs'
import { scrubVerifyReport } from '../report/scrub'
import { renderVerifySummary } from '../report/summary/verify-summary'
import { defined } from '../runtime/defined'
import type { Runtime } from '../runtime/runtime'
import { type Begun, commandAction, runFacts } from './command-action'
import type { ActionEnd } from './run-action'
import { runnerTools } from './runner-tools'

/** The action `verify`: proves stored recovery points. Sets outputs and summary even when it fails. */
export function verifyAction(runtime: Runtime): Promise<ActionEnd> {
  return commandAction<VerifyInputs, VerifyFacts>(runtime, {
    name: () => 'Verification',
    load: loadVerifyInputs,
    run: async (begun, _, repository) => {
      try {
        const machine = runnerTools(runtime)
        await cleanUpRunner(machine)
        const drill = drillOnRunner(begun.inputs, machine)
        const wait = (ms: number, signal: AbortSignal) => pause(ms, undefined, { signal })
        await verify(begun.inputs, { runtime, repository, drill, wait }, begun.attempt)
      } finally {
        setVerifyOutputs(runtime, reportOf(begun, runtime))
      }
      const report = reportOf(begun, runtime)
      annotateWarnings(runtime.log, report.warnings)
      runtime.log.notice(provenSentence(report), 'Proven')
      await runtime.summary(renderVerifySummary(report))
    },
    alarm: 'verify',
    safe: () => 'No recovery point was changed: a verification writes only the proof of a drill.',
    summarize: (begun, failure) => renderVerifySummary(reportOf(begun, runtime, failure)),
  })
}

function reportOf(begun: Begun<VerifyInputs, VerifyFacts>, runtime: Runtime, failure?: FailureFacts): VerifyReport {
  const { inputs, attempt } = begun
  const known = { points: [], ...attempt.facts, ...defined({ failure }) }
  return scrubVerifyReport({ level: inputs.level, ...runFacts(begun, runtime), ...known }, runtime.scrub)
}
