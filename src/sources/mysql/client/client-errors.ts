import { FailureError, UserError } from '../../../runtime/errors'
import type { JobFailure } from '../../../server/job'
import {
  explainFailure,
  firstMessage,
  type JobKnowledge,
  type JobName,
  type StageTool,
} from '../../../server/job-errors'
import { databaseError } from './database-errors'

/** Why a job that runs a database tool failed. */
export function explainClientJob(name: JobName, failure: JobFailure): Error {
  return explainFailure(name, failure, clientKnowledge)
}

const client = 'The database client'
const writing: StageTool = { name: client, explain: fullDisk }

/** The tools and problems of jobs that run a database tool. */
export const clientKnowledge: JobKnowledge = {
  tools: new Map<string, StageTool>([
    ['dump', { name: 'mysqldump', explain: databaseError }],
    ['inventory', { name: client, explain: databaseError }],
    ['import', writing],
    ['sql', writing],
  ]),
  problems: new Map([
    [
      'client-setting',
      (setting: string) =>
        new UserError(
          `The configuration of the database client on the server sets "${setting}", with which the client does not run the statements that it gets.`,
          {
            advice:
              'Remove it from the section [client] or [mysql] of ~/.my.cnf of the SSH user, or of /etc/my.cnf or /etc/mysql; or set "mysql-user" and "mysql-password": then this configuration is not read.',
          },
        ),
    ],
    [
      'printf-not-built-in',
      () =>
        new UserError(
          'The shell /bin/sh on the server has no built-in printf, so a password would show in the process list.',
          { advice: 'Leave the mysql inputs empty and put the login into ~/.my.cnf on the server.' },
        ),
    ],
  ]),
}

function fullDisk(what: string, _status: number, detail: readonly string[]): Error {
  return new FailureError(`${what}${firstMessage(detail)}.`, {
    advice: 'Check for a full disk or a quota on the server (df, df -i), then run again.',
    detail,
  })
}
