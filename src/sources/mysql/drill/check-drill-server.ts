import { type Finding, isError, problem } from '../../../findings/finding'
import type { VerifyInputs } from '../../../inputs/verify'
import { restoreServerOver } from '../../../sources/host/restore-server'
import type { OpenDrillServer } from '../../../sources/mysql/drill/open-drill-server'
import type { RereadDatabase } from '../../../sources/mysql/restore/reread-database'
import { checkDumpNeeds } from '../../../sources/mysql/target/check-dump-needs'

/**
 * What a restore would refuse before it writes, by the judgement of a restore: what the dumps need and the throwaway server lacks, of which
 * an import says nothing, such as a storage engine for which another is taken in silence.
 */
export async function checkDrillServer(
  databases: readonly RereadDatabase[],
  { connection, access }: OpenDrillServer,
  inputs: Pick<VerifyInputs, 'allowedEntries'>,
): Promise<Finding[]> {
  const names = databases.map(({ artifact }) => artifact.database)
  const server = restoreServerOver(connection)
  const { database: facts } = await server.targetFacts({ access, databases: names, folders: [] })
  if (facts === undefined) return []
  return databases.flatMap(({ artifact, needs }) =>
    checkDumpNeeds({ artifact, target: artifact.database }, needs, facts, inputs)
      .filter(isError)
      .map(({ what, fix = '' }) => ({
        ...problem(
          'refused',
          what,
          `${fix} "This server" is the throwaway one here: an image in "drill-server" takes another.`,
        ),
        key: artifact.key,
      })),
  )
}
