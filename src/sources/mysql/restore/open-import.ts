import type { Compression } from '../../../pipeline/compression'
import { compressionLines } from '../../../pipeline/compression-lines'
import { type Intake, intake } from '../../../server/intake'
import { startJob } from '../../../server/job'
import type { Connection } from '../../../ssh/remote'
import { locationOptions, optionLines, toArgument } from '../client/client-request'
import type { DatabaseAccess } from '../client/database-access'
import { importError } from '../client/import-error'

/** Which database takes SQL, and how that travels. */
export interface ImportRequest {
  access: DatabaseAccess
  database: string
  /** Of what is sent. */
  compression: Compression
  /** What stands on a line of what was sent, for messages without row data. */
  where: (line: number) => string | undefined
  /** Ends it. */
  signal: AbortSignal
}

/**
 * The dump is untrusted text: in binary mode the client runs no commands of its own (`\!`) but DELIMITER, and reads no
 * files. `--comments`: without it the MariaDB client takes the comments out of the bodies of routines.
 */
const importOptions = [
  '--batch',
  '--binary-mode',
  '--comments',
  '--skip-force',
  '--default-character-set=utf8mb4',
  '--max-allowed-packet=1G',
  '--loose-skip-reconnect',
  '--loose-local-infile=0',
  '--loose-skip-system-command',
  '--loose-skip-print-query-on-error',
  '--loose-connect-timeout=20',
]

/** The job `import`. The first statement that fails ends it. */
export function openImport(
  connection: Connection,
  { access, database, compression, where, signal }: ImportRequest,
): Promise<Intake> {
  const options = [...locationOptions(access), ...importOptions, `--database=${database}`]
  const name = `the import into database ${JSON.stringify(database)}`
  return intake(
    startJob(
      connection,
      'open-import',
      [...optionLines(access), ...options.map(toArgument), ...compressionLines({ kind: compression })],
      { takesData: true, explain: failure => importError(name, failure, where), signal },
    ),
  )
}
