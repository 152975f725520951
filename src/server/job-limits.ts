import { FailureError } from '../runtime/errors'
import { formatCount, plural } from '../runtime/text/format-count'
import type { ServerJob } from './server-script'

/** What a job may send and how long it may take, so that no server can fill or hold up the runner. */
export interface JobLimits {
  /** The job in messages. */
  name: string
  /** Of its output. `Infinity` for streams, which are never kept in memory. */
  outputBytes: number
  /** From its first sign to its end. */
  timeMs?: number
  /** Instead of `timeMs`, for streams: with less than `crumbsBytes` of data, in whichever direction. */
  silenceMs?: number
  /** Phases with a limit of their own, which begins with them and ends with the next one. */
  phaseMs?: Readonly<Record<string, number>>
}

const mebibyte = 1024 * 1024
const minute = 60_000
const hour = 60 * minute

/** For jobs that print nothing, or a few lines. */
const little = mebibyte
/** 300,000 tables with names of 30 letters. */
const listing = 48 * mebibyte
const stream = Number.POSITIVE_INFINITY

/** Generous: a limit is for what never ends, not for what is slow. */
export const limitsOf: Readonly<Record<ServerJob, JobLimits>> = {
  // The wait for the lock comes on top. A lock is held for as long as the run takes.
  'take-lock': {
    ...{ name: 'the taking of the lock', outputBytes: little, timeMs: 2 * minute },
    phaseMs: { locked: Number.POSITIVE_INFINITY },
  },
  'clean-up': { name: 'the clean-up', outputBytes: little, timeMs: 5 * minute },
  // information_schema opens every table of older servers.
  inventory: { name: 'the inventory', outputBytes: listing, timeMs: 30 * minute },
  // With a rehearsal of rsync over all files.
  preflight: { name: 'the preflight', outputBytes: listing, timeMs: hour },
  // The commands are the user's, who knows how long they take.
  'run-command': { name: 'the command', outputBytes: little, timeMs: 12 * hour },
  // A table that must be sorted first, or a lock: the tool says nothing while it waits.
  'open-dump': { name: 'the dump', outputBytes: stream, silenceMs: 30 * minute },
  // rsync is silent from its first file to its last: a first mirror of some terabytes takes most of a day.
  'open-archive': {
    ...{ name: 'the copy of the files', outputBytes: stream, silenceMs: 30 * minute },
    phaseMs: { rsync: 24 * hour },
  },
  'target-facts': { name: 'the check of the target', outputBytes: listing, timeMs: 30 * minute },
  'run-sql': { name: 'the SQL', outputBytes: 16 * mebibyte, timeMs: hour },
  // One statement may build the indexes of a large table.
  'open-import': { name: 'the import', outputBytes: little, silenceMs: 12 * hour },
  'open-extract': { name: 'the unpacking of the files', outputBytes: little, silenceMs: hour },
  'count-trees': { name: 'the count of what was unpacked', outputBytes: little, timeMs: 2 * hour },
  'give-attributes': {
    name: 'the giving of access control lists and attributes',
    outputBytes: little,
    timeMs: 2 * hour,
  },
  // Renames, and half a minute for the lock.
  swap: { name: 'the swap of the folders', outputBytes: little, timeMs: 10 * minute },
  'swap-state': { name: 'the check of the swap', outputBytes: little, timeMs: 10 * minute },
  unswap: { name: 'the rollback of the swap', outputBytes: little, timeMs: 10 * minute },
  'remove-staging': { name: 'the removal of unpacked files', outputBytes: little, timeMs: 2 * hour },
}

/** From the request for a channel to the first sign of the job. Another connection may have to be opened for it. */
export const startMs = 5 * minute

/** A byte now and then does not end a silence: a stream could go on like that for ever. */
export const crumbsBytes = 64 * 1024

/** Of an answer that is kept: also short fields take memory, one by one. */
export const fieldsMax = 4_000_000
/** What a login may print before the job begins. */
export const noiseBytesMax = 16 * mebibyte
/** Of a line on standard error; what is beyond is dropped. A path has at most 4 KiB. */
export const lineBytesMax = 16 * 1024
/** Of all lines of the report. */
export const reportLinesMax = 10_000
export const reportBytesMax = 4 * mebibyte
/** On standard error, all in all. */
export const messagesBytesMax = 256 * mebibyte

const whatPrints =
  'Look what prints so much there: a wrapper around a tool, a startup file of the shell. If nothing does, check whether this still is your server.'

/** The error for output that is too large. `what`: how much of what. */
export function tooMuch(job: ServerJob, what: string): FailureError {
  const { name, outputBytes } = limitsOf[job]
  return new FailureError(`The server sent too much during ${name}: more than ${what}.`, {
    advice: outputBytes === listing ? `The limit has room for 300,000 tables. ${whatPrints}` : whatPrints,
  })
}

/** As messages name an amount of bytes: all limits are whole MiB. */
export function mebibytes(bytes: number): string {
  return `${formatCount(bytes / mebibyte)} MiB`
}

/** The error for a job that did not answer in time. */
export function tooLong(job: ServerJob, what: 'start' | 'time' | 'silence' | 'crumbs', ms: number): FailureError {
  const { name } = limitsOf[job]
  const message = {
    start: `The server did not begin ${name} within ${duration(ms)}.`,
    time: `The server did not finish ${name} within ${duration(ms)}.`,
    crumbs: `The server sent next to nothing during ${name}: less than ${crumbsBytes / 1024} KiB within ${duration(ms)}.`,
    silence: `The server gave no sign of life during ${name} for ${duration(ms)}.`,
  }
  return new FailureError(message[what], {
    advice:
      'Check the server: is it overloaded, does a disk not respond, does the database wait for a lock (SHOW PROCESSLIST)? Then run the workflow again.',
  })
}

function duration(ms: number): string {
  if (ms % hour === 0) return plural(ms / hour, 'hour')
  return ms % minute === 0 ? plural(ms / minute, 'minute') : plural(Math.ceil(ms / 1000), 'second')
}
