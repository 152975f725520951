import { onOneLine } from '../findings/finding'
import { shellWord } from '../findings/shell-word'
import { FailureError, UserError } from '../runtime/errors'
import { fullDisk } from './full-disk'
import { missingTool, parseSystem, type ServerTool } from './missing-tool'

/** The error for a problem code of the script. `subject`: what the script names. */
export type JobProblem = (subject: string, detail: readonly string[]) => Error

export type JobProblems = ReadonlyMap<string, JobProblem>

/** That another run holds a lock. `subject`: its folder and which run, separated by a tab. */
function busy(subject: string): UserError {
  const [folder = '', ...owner] = subject.split('\t')
  return new UserError(`Another run holds the lock on the server: ${owner.join(' ') || 'it left no name'}.`, {
    advice: `Wait until it ends; the lock of a dead run is taken over after two minutes. Put all backups of a server into one concurrency group. If you know that nothing runs there any more: rm -rf ${shellWord(folder)}`,
  })
}

/** A disk that takes no more. `subject`: what it lacks, and the folder or file that could not be made. */
function diskFull(subject: string, detail: readonly string[]): UserError {
  const [lack = '', ...path] = subject.split(' ')
  const { what, fix } = fullDisk(lack, path.join(' '))
  return new UserError(what, { advice: onOneLine(fix), detail })
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
  [
    'lock-stuck',
    (subject, detail) =>
      new UserError(`The lock ${subject} on the server belongs to a run that is gone, and cannot be removed.`, {
        advice: `Remove it as root: chattr -R -i ${shellWord(subject)}; rm -rf ${shellWord(subject)}`,
        detail,
      }),
  ],
  ['disk-full', diskFull],
  ['busy', busy],
])

const scriptTools: readonly ServerTool[] = ['rsync', 'tar', 'gzip', 'zstd', 'client', 'dump-tool']
