import { type Finding, isError, problem } from '../../../findings/finding'
import { databaseServerOver } from '../database-server'
import { checkDumpNeeds } from '../target/check-dump-needs'
import type { DatabaseDrill } from './drill-work'

/**
 * What a restore would refuse before it writes: what the dumps need and the throwaway server lacks, of which an import
 * says nothing, such as a storage engine for which another is taken in silence.
 */
export async function checkDrillServer({ databases, server, settings }: DatabaseDrill): Promise<Finding[]> {
  const { connection, access } = server
  const names = databases.map(({ artifact }) => artifact.database)
  const { database } = await databaseServerOver(connection).targetFacts({ access, databases: names })
  if (database === undefined) return []
  return databases.flatMap(({ artifact, needs }) =>
    checkDumpNeeds({ artifact, target: artifact.database }, needs, database, settings)
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
