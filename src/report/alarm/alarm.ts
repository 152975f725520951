import { GitHubRefusal, type GitHubRepository } from '../../runtime/github/issues'
import type { Log } from '../../runtime/runtime'
import {
  type AlarmNews,
  type AlarmSubject,
  alarmBody,
  alarmMark,
  alarmOver,
  alarmState,
  alarmTitle,
} from './alarm-text'

/** What keeps the one issue of a subject. */
export interface AlarmTools {
  github: GitHubRepository
  log: Pick<Log, 'info' | 'warning'>
  subject: AlarmSubject
}

/** A failed run. */
export interface FailedRun extends AlarmNews {
  /** The file of the workflow; undefined: not known. */
  workflow: string | undefined
  /** When the newest good recovery point was taken, where that is known. */
  lastGoodAt?: Date | undefined
}

/**
 * Opens the issue, or changes it. A list is an alarm by itself; of backups and verifications the second failure in a row is
 * one. Never throws: what GitHub refuses is a warning.
 */
export function raiseAlarm(tools: AlarmTools, run: FailedRun): Promise<void> {
  const { github, log, subject } = tools
  return quietly(log, async () => {
    const open = await github.findIssue(alarmMark(subject))
    if (open !== undefined) {
      const { since, failures } = alarmState(open.body) ?? { since: run.now, failures: 0 }
      const state = { since, failures: failures + 1 }
      await github.updateIssue(open, alarmTitle(subject, run), alarmBody(subject, run, state))
      log.info(`The issue of this alarm is up to date: ${open.url}`)
      return
    }
    const since = await failingSince(tools, run)
    if (since === undefined) {
      log.info('This is the first failure in a row: there is no issue yet.')
      return
    }
    const body = alarmBody(subject, run, { since, failures: subject.kind === 'list' ? 1 : 2 })
    const { url } = await github.openIssue(alarmTitle(subject, run), body)
    log.info(`Opened an issue for this alarm: ${url}`)
  })
}

/** Closes the issue, if there is one. Never throws. */
export function endAlarm({ github, log, subject }: AlarmTools, run: Pick<AlarmNews, 'runUrl' | 'now'>): Promise<void> {
  return quietly(log, async () => {
    const open = await github.findIssue(alarmMark(subject))
    if (open === undefined) return
    await github.closeIssue(open, alarmOver(alarmState(open.body) ?? { since: run.now, failures: 0 }, run))
    log.info(`Closed the issue of this alarm: ${open.url}`)
  })
}

/** Undefined: nothing failed before. Where that cannot be known, an issue too many is better than none. */
async function failingSince({ github, log, subject }: AlarmTools, run: FailedRun): Promise<Date | undefined> {
  if (subject.kind === 'list') return run.lastGoodAt ?? run.now
  if (run.workflow === undefined) return run.now
  try {
    return await github.failingSince(run.workflow)
  } catch (error) {
    if (!(error instanceof GitHubRefusal)) throw error
    warn(log, error)
    return run.now
  }
}

async function quietly(log: AlarmTools['log'], work: () => Promise<void>): Promise<void> {
  try {
    await work()
  } catch (error) {
    if (!(error instanceof GitHubRefusal)) throw error
    warn(log, error)
  }
}

function warn(log: AlarmTools['log'], { message, advice }: GitHubRefusal): void {
  log.warning(`${message} The run itself is not affected. ${advice}`, 'The issue of the alarm is not up to date')
}
