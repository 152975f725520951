import { onOneLine } from '../findings/finding'
import { FailureError, UserError } from '../runtime/errors'
import { missingTool, parseSystem, type ServerTool } from './missing-tool'

/** The error for a problem code of the script. `subject`: what the script names. */
export type JobProblem = (subject: string, detail: readonly string[]) => Error

export type JobProblems = ReadonlyMap<string, JobProblem>

/** That another run holds a lock. `subject`: which run. */
export function busy(subject: string): UserError {
  return new UserError(`Another run holds the lock on the server: ${subject}.`, {
    advice:
      'Wait until it ends; the lock of a dead run is taken over after two minutes. Put all backups of a server into one concurrency group.',
  })
}

/** Those that any job may report. */
export const commonProblems: JobProblems = new Map<string, JobProblem>([
  [
    'missing-tool',
    subject => {
      const [name = '', ...system] = subject.split(' ')
      const tool = scriptTools.find(each => each === name)
      if (tool === undefined) return new FailureError(`The server lacks a tool: ${subject}.`)
      const { what, fix } = missingTool(tool, parseSystem(system.join(' ')))
      return new UserError(what, { advice: onOneLine(fix) })
    },
  ],
  [
    'state-folder',
    (subject, detail) =>
      new UserError(`The folder ${subject} on the server cannot be used for the lock.`, {
        advice: 'It must be a real folder that the SSH user owns and can write to.',
        detail,
      }),
  ],
  ['busy', busy],
])

const scriptTools: readonly ServerTool[] = ['rsync', 'tar', 'gzip', 'zstd', 'client', 'dump-tool']
