import { type Compression, compressionLines } from '../../../../pipeline/compression'
import { type Intake, intake } from '../../../../server/intake'
import { type JobFailure, startJob } from '../../../../server/job'
import type { Request } from '../../../../server/request'
import type { Connection } from '../../../../ssh/remote'
import { locationOptions, optionLines, toArgument } from '../../client/client-request'
import { clientSettings } from '../../client/client-settings'
import type { DatabaseAccess } from '../../client/database-access'
import { importError } from '../../client/import-error'
import type { Flavor } from '../../inventory/inventory'

/** Which database receives SQL, and its compression. */
export interface ImportRequest {
  access: DatabaseAccess
  database: string
  /** Of the server, where there are clients of both. */
  flavor: Flavor
  /** Of the sent stream. */
  compression: Compression
  /** What is on a line of the sent SQL, for messages without row data. */
  where: (line: number) => string | undefined
  signal: AbortSignal
}

/**
 * The dump is untrusted text: in binary mode the client runs none of its own commands (`\!`) but DELIMITER, and reads
 * no files. `--comments`: without it the MariaDB client removes the comments in the bodies of routines.
 */
export const importOptions: readonly string[] = [
  ...clientSettings,
  '--batch',
  '--binary-mode',
  '--comments',
  '--default-character-set=utf8mb4',
  '--max-allowed-packet=1G',
  '--loose-skip-reconnect',
  '--loose-local-infile=0',
  '--loose-skip-system-command',
  '--loose-connect-timeout=20',
]

/** The job `import`. The first statement that fails ends it. */
export function openImport(connection: Connection, request: ImportRequest): Promise<Intake> {
  const { access, database, flavor, compression, where, signal } = request
  const options = [...locationOptions(access), ...importOptions, `--database=${database}`]
  const name = `the import into database ${JSON.stringify(database)}`
  const lines: Request = [
    ...[...optionLines(access), ...options.map(toArgument)],
    ['flavor', flavor],
    ...compressionLines({ kind: compression }),
  ]
  const explain = (failure: JobFailure) => importError(name, failure, where)
  return intake(startJob(connection, 'open-import', lines, { takesData: true, explain, signal }))
}
