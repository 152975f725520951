import { FailureError, UserError } from '../runtime/errors'
import { databaseError } from './database-errors'
import type { JobFailure } from './job'
import { problems } from './job-problems'

/** The name of the job in messages: `the dump of "shop"`. */
export type JobName = string

/**
 * Why a job failed, from the most certain source: its report, the exit statuses of its tools, a lost
 * connection.
 */
export function explainFailure(name: JobName, failure: JobFailure): Error {
  const { exit, report } = failure
  const detail = report.messages
  if (report.problem !== undefined) return problemError(name, report.problem, detail)
  const failed = failedStage(report.statuses)
  if (failed !== undefined) return stageError(name, failed.stage, failed.status, detail)
  if (exit.kind === 'lost') {
    return new FailureError(`The connection to the server broke during ${name}: ${exit.reason}.`, {
      advice:
        'Run the workflow again. If it happens often, check whether a firewall or the provider ends long connections.',
      detail,
    })
  }
  if (exit.kind === 'signal') {
    return new FailureError(`The server ended ${name} with signal ${exit.signal}.`, {
      advice: killedAdvice,
      detail,
    })
  }
  if (exit.code === 0) {
    return new FailureError(`The server ended ${name} without reporting success.`, {
      advice:
        'Probably a forced command (command="…" in authorized_keys) ran instead: this key must not have one.',
      detail,
    })
  }
  if (report.phase !== undefined) {
    return new FailureError(
      `Something on the server ended ${name} (status ${exit.code}, in the phase ${report.phase}).`,
      {
        advice: killedAdvice,
        detail,
      },
    )
  }
  return shellError(name, exit.code, detail)
}

/**
 * tar 1, rsync 24: a file changed or vanished while being read. Normal on a live site: reported, not fatal.
 */
export function isGoodStatus(stage: string, status: number): boolean {
  return status === 0 || (stage === 'tar' && status === 1) || (stage === 'rsync' && status === 24)
}

/**
 * The stage that caused the failure. A compressor that fails also breaks its producer (broken pipe); a
 * producer that fails does not break the compressor. A compressor with 141 (SIGPIPE) follows a reader that
 * went away.
 */
function failedStage(statuses: ReadonlyMap<string, number>): { stage: string; status: number } | undefined {
  const all = [...statuses].map(([stage, status]) => ({ stage, status }))
  const failed = all.filter(({ stage, status }) => !isGoodStatus(stage, status))
  // A consumer that stops breaks its decompressor (141); a decompressor that fails makes its consumer fail
  // too.
  const cut = failed.find(({ stage, status }) => stage === 'decompression' && status !== 141)
  if (cut !== undefined) return cut
  if (failed.length > 1)
    failed.sort((one, other) => Number(one.status === 141) - Number(other.status === 141))
  return failed.find(({ stage, status }) => stage === 'compression' && status !== 141) ?? failed[0]
}

const killedAdvice =
  'Check whether the out-of-memory killer of the server ended it (dmesg | grep -i "killed process").'

const toolNames: Readonly<Record<string, string>> = {
  dump: 'mysqldump',
  inventory: 'The database client',
  compression: 'The compressor',
  decompression: 'The decompressor',
  import: 'The database client',
  sql: 'The database client',
  extract: 'tar',
}

function stageError(name: JobName, stage: string, status: number, detail: readonly string[]): Error {
  const tool = toolNames[stage] ?? stage
  if (status > 128 && status < 160) {
    // Also 141 (SIGPIPE), where the cause is the reader, which reports its own error.
    return new FailureError(`${tool} was killed on the server during ${name} (signal ${status - 128}).`, {
      advice: killedAdvice,
      detail,
    })
  }
  const what = `${tool} ended with status ${status} during ${name}`
  if (stage === 'compression' || stage === 'decompression')
    return new FailureError(`${what}${firstMessage(detail)}.`, { detail })
  if (stage === 'dump' || stage === 'inventory') {
    return databaseError(what, detail) ?? new FailureError(`${what}${firstMessage(detail)}.`, { detail })
  }
  if (stage === 'rsync') return rsyncError(what, status, detail)
  if (stage === 'extract' || stage === 'import' || stage === 'sql') {
    return new FailureError(`${what}${firstMessage(detail)}.`, {
      advice: 'Check for a full disk or a quota on the server (df, df -i), then run again.',
      detail,
    })
  }
  return new UserError(`${what}${firstMessage(detail)}.`, {
    advice: 'Make every file readable for the SSH user, or add files that need no backup to "exclude".',
    detail,
  })
}

/** Exit values: rsync(1). */
function rsyncError(what: string, status: number, detail: readonly string[]): Error {
  if (status === 23) {
    return new UserError(`${what}: it could not copy everything${firstMessage(detail)}.`, {
      advice:
        'Make the files named in the log readable for the SSH user (for example with a group), or add files that need no backup to "exclude".',
      detail,
    })
  }
  if (status === 11) {
    return new UserError(`${what}: writing the mirror failed${firstMessage(detail)}.`, {
      advice: 'Free disk space on the server, or point "mirror-dir" to a larger disk.',
      detail,
    })
  }
  if (status === 1 || status === 4) {
    return new UserError(`${what}: it did not accept an option or a pattern${firstMessage(detail)}.`, {
      advice: 'Check "exclude" and "rsync-bwlimit"; rsync 3.0 or newer is needed on the server.',
      detail,
    })
  }
  return new FailureError(`${what}${firstMessage(detail)}.`, { detail })
}

function problemError(
  name: JobName,
  problem: { code: string; detail: string },
  detail: readonly string[],
): Error {
  const explain = problems.get(problem.code)
  if (explain !== undefined) return explain(problem.detail, detail)
  return new FailureError(`The server could not do ${name}: ${problem.code} ${problem.detail}.`, { detail })
}

/** The script never started: the login shell, or something before it, refused the command. */
function shellError(name: JobName, code: number, detail: readonly string[]): Error {
  return new UserError(
    `The server did not run the command for ${name} (status ${code})${firstMessage(detail)}.`,
    {
      advice:
        'The SSH user needs a login shell that runs commands (not nologin), /bin/sh, and no forced command on its key.',
      detail,
    },
  )
}

function firstMessage(detail: readonly string[]): string {
  const first = detail[0]
  return first === undefined ? '' : `: ${first.trim()}`
}
