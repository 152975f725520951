import { defined } from '../../runtime/defined'
import { messageOf } from '../../runtime/errors'
import { requireDiskSpace } from '../../sources/drill/drill-disk-space'
import { openDrillFolder } from '../../sources/drill/drill-folder'
import type { DrillOutcome } from '../../sources/drill/drill-part'
import { type DrillSettings, sources } from '../../sources/registry'
import type { RunnerTools } from './clean-up-runner'
import type { Drill, DrillResult } from './point'

/** Drills on the runner, with the code of a restore. Each difference is a finding; everything is removed in the end. */
export function drillOnRunner(settings: DrillSettings, { temps, ...machine }: RunnerTools): Drill {
  return async (point, signal) => {
    const parts = sources.map(source => {
      const sound = point.sound.filter(({ artifact }) => artifact.kind === source.kind)
      return source.drill(settings, sound)
    })
    const folder = await openDrillFolder(temps)
    const tidyUp = async (step: () => Promise<void>) => {
      try {
        await step()
      } catch (error) {
        machine.runtime.log.warning(`Something of the drill is left on the runner: ${messageOf(error)}`)
      }
    }
    try {
      await requireDiskSpace(
        folder.path,
        parts.reduce((sum, { neededBytes }) => sum + neededBytes, 0),
      )
      const outcomes: DrillOutcome[] = []
      for (const part of parts) {
        outcomes.push(await part.run({ ...machine, point, folder: folder.path, signal, tidyUp }))
        signal.throwIfAborted()
      }
      return resultOf(outcomes)
    } finally {
      await tidyUp(() => folder.remove())
    }
  }
}

function resultOf(outcomes: readonly DrillOutcome[]): DrillResult {
  const proof: Pick<DrillResult, 'server' | 'tables' | 'files'> = { tables: 0, files: 0 }
  for (const outcome of outcomes) Object.assign(proof, outcome.proof)
  return {
    ...proof,
    shown: {
      phases: outcomes.flatMap(({ shown }) => shown.phases),
      checks: outcomes.flatMap(({ shown }) => shown.checks),
      ...defined({ rows: outcomes.find(({ shown }) => shown.rows !== undefined)?.shown.rows }),
    },
    findings: outcomes.flatMap(({ findings }) => findings),
    warnings: outcomes.flatMap(({ warnings }) => warnings),
    restoreSeconds: outcomes.reduce((sum, { restoreMs }) => sum + restoreMs, 0) / 1000,
  }
}
