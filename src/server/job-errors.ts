import { FailureError, UserError } from '../runtime/errors'
import { installedProblems } from './installed-copy'
import type { JobFailure } from './job'
import { commonProblems, type JobProblems } from './job-problems'

/** The name of the job in messages: `the dump of "shop"`. */
export type JobName = string

/** What a source knows of the jobs that it runs. */
export interface JobKnowledge {
  /** By stage. */
  tools: ReadonlyMap<string, StageTool>
  /** Of its part of the script. */
  problems: JobProblems
}

/** A program that a job runs. */
export interface StageTool {
  /** Its name in messages. */
  name: string
  /** Exit statuses beside 0 that are normal. */
  goodStatuses?: readonly number[]
  /** The error for a status. `what`: which tool ended how. Undefined: there is nothing to add to that. */
  explain?(what: string, status: number, detail: readonly string[]): Error | undefined
}

const nothing: JobKnowledge = { tools: new Map(), problems: new Map() }

/** Why a job failed, from the most certain source: its report, the exit statuses of its tools, a lost connection. */
export function explainFailure(name: JobName, failure: JobFailure, knowledge = nothing): Error {
  const { exit, report } = failure
  const detail = report.messages
  if (report.problem !== undefined) return problemError(name, report.problem, detail, knowledge)
  const failed = failedStage(report.statuses, knowledge)
  if (failed !== undefined) return stageError(name, failed, detail, knowledge)
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
        'Probably another forced command (command="…" in authorized_keys) ran instead: this key may only have that of make-a-backup itself.',
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

/** Whether a stage ended as it may. */
export function isGoodStatus(stage: string, status: number, { tools }: JobKnowledge): boolean {
  return status === 0 || (tools.get(stage)?.goodStatuses ?? []).includes(status)
}

/**
 * The stage that caused the failure. A compressor that fails also breaks its producer (broken pipe); a producer that
 * fails does not break the compressor. A compressor with 141 (SIGPIPE) follows a reader that went away.
 */
function failedStage(
  statuses: ReadonlyMap<string, number>,
  knowledge: JobKnowledge,
): { stage: string; status: number } | undefined {
  const all = [...statuses].map(([stage, status]) => ({ stage, status }))
  const failed = all.filter(({ stage, status }) => !isGoodStatus(stage, status, knowledge))
  // A consumer that stops breaks its decompressor (141); a decompressor that fails makes its consumer fail too.
  const cut = failed.find(({ stage, status }) => stage === 'decompression' && status !== 141)
  if (cut !== undefined) return cut
  if (failed.length > 1) failed.sort((one, other) => Number(one.status === 141) - Number(other.status === 141))
  return failed.find(({ stage, status }) => stage === 'compression' && status !== 141) ?? failed[0]
}

const killedAdvice = 'Check whether the out-of-memory killer of the server ended it (dmesg | grep -i "killed process").'

const commonTools: JobKnowledge['tools'] = new Map([
  ['compression', { name: 'The compressor' }],
  ['decompression', { name: 'The decompressor' }],
])

function stageError(
  name: JobName,
  { stage, status }: { stage: string; status: number },
  detail: readonly string[],
  { tools }: JobKnowledge,
): Error {
  const tool: StageTool = tools.get(stage) ?? commonTools.get(stage) ?? { name: stage }
  if (status > 128 && status < 160) {
    // Also 141 (SIGPIPE), where the cause is the reader, which reports its own error.
    const what = `${tool.name} was killed on the server during ${name} (signal ${status - 128}).`
    return new FailureError(what, { advice: killedAdvice, detail })
  }
  const what = `${tool.name} ended with status ${status} during ${name}`
  return tool.explain?.(what, status, detail) ?? new FailureError(`${what}${firstMessage(detail)}.`, { detail })
}

function problemError(
  name: JobName,
  problem: { code: string; detail: string },
  detail: readonly string[],
  { problems }: JobKnowledge,
): Error {
  const explain = problems.get(problem.code) ?? commonProblems.get(problem.code) ?? installedProblems.get(problem.code)
  if (explain !== undefined) return explain(problem.detail, detail)
  return new FailureError(`The server could not do ${name}: ${problem.code} ${problem.detail}.`, { detail })
}

/** The script never started: the login shell, or something before it, refused the command. */
function shellError(name: JobName, code: number, detail: readonly string[]): Error {
  return new UserError(`The server did not run the command for ${name} (status ${code})${firstMessage(detail)}.`, {
    advice: detail.some(line => /password (has expired|change required)/i.test(line))
      ? 'The password of the SSH user has expired, which also stops logins by key. On the server, end that for this user: chage -d "$(date +%F)" -M -1 <user>'
      : 'The SSH user needs a login shell that runs commands (not nologin), /bin/sh, and no forced command on its key but that of make-a-backup itself.',
    detail,
  })
}

/** The first line that a tool printed, as the end of a sentence. */
export function firstMessage(detail: readonly string[]): string {
  const first = detail[0]
  return first === undefined ? '' : `: ${first.trim()}`
}
