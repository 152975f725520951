import type { OpenDrillServer } from '../../drill/open-drill-server'
import type { VerifyInputs } from '../../inputs/verify'
import type { VerifyFinding } from '../../report/verify-report'
import { restoreServerOver } from '../../server/restore-server'
import { judgeDumpNeeds } from '../restore/judge-dump-needs'
import type { RereadDatabase } from '../restore/reread-parts'

/**
 * What a restore would refuse before it writes, by the judgement of a restore: what the dumps need and the throwaway server lacks, of which
 * an import says nothing, such as a storage engine for which another is taken in silence.
 */
export async function judgeDrill(
  databases: readonly RereadDatabase[],
  { connection, access }: OpenDrillServer,
  inputs: Pick<VerifyInputs, 'allowedEntries'>,
): Promise<VerifyFinding[]> {
  const names = databases.map(({ artifact }) => artifact.database)
  const server = restoreServerOver(connection)
  const { database: facts } = await server.targetFacts({ access, databases: names, folders: [] })
  if (facts === undefined) return []
  return databases.flatMap(({ artifact, needs }) =>
    judgeDumpNeeds({ artifact, target: artifact.database }, needs, facts, inputs)
      .filter(({ level }) => level === 'wrong')
      .map(({ what, fix }) => ({
        code: 'refused',
        key: artifact.key,
        message: what,
        advice: `${fix} "This server" is the throwaway one here: an image in "drill-server" takes another.`,
      })),
  )
}
