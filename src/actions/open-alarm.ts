import { loadAlarm } from '../inputs/groups/network/alarm'
import { endAlarm, raiseAlarm } from '../report/alarm/alarm'
import type { AlarmSubject } from '../report/alarm/alarm-text'
import { githubRepository } from '../runtime/github/issues'
import type { Runtime } from '../runtime/runtime'

/** The issue of an action, kept up to date. No method rejects. */
export interface Alarm {
  /** After a failed run, whose title has the cause. `safe`: what is still good. */
  raise(title: string, safe: string, lastGoodAt: Date | undefined): Promise<void>
  /** After a good run. */
  end(): Promise<void>
}

/** Undefined: the inputs want none, or the run is a dry one, or outside GitHub, where there is no repository. Throws `UserError` for wrong inputs. */
export function openAlarm(kind: AlarmSubject['kind'], runtime: Runtime): Alarm | undefined {
  const { clock, log, run } = runtime
  if (run.repository === '') return undefined
  const settings = loadAlarm(runtime, process.env)
  if (settings === undefined || /^true$/i.test(runtime.input('dry-run'))) return undefined
  const { bucket, prefix, ...access } = settings
  const github = githubRepository({ ...access, repository: run.repository })
  const tools = { github, log, subject: { kind, bucket, prefix } }
  return {
    raise: (title, safe, lastGoodAt) =>
      raiseAlarm(tools, { title, safe, lastGoodAt, workflow: run.workflow, runUrl: run.url, now: clock.now() }),
    end: () => endAlarm(tools, { runUrl: run.url, now: clock.now() }),
  }
}
