import type { DatabaseArtifact } from '../../../repository/manifest/manifest'
import { planLine } from '../../restore-item'
import type { PlannedPart, RestoreChoice, RestorePart, RestoringPart } from '../../restore-part'
import type { DumpContent } from '../check/dump-content'
import { databaseServerOver } from '../database-server'
import { checkDatabaseServer } from '../target/check-database-server'
import { chooseDatabases } from '../target/choose-databases'
import type { DatabaseServerRequest } from '../target/database-server-request'
import type { DatabaseTargetFacts } from '../target/database-target-facts'
import { describeDatabase } from '../target/describe-database'
import { plannedDatabase } from '../target/planned-database'
import type { DatabaseWork } from './database-work'
import { importDatabases, takeSafetyDumps } from './import-databases'
import { rereadDatabase } from './reread-database'
import type { DatabaseRestoreSettings } from './restore-settings'
import { progressInWords, untouchedInWords } from './rollback/database-state'

/** What a restore brings back of the databases: what is replaced is dumped before, what is imported is dumped again and compared. */
export function restoreDatabases(
  settings: DatabaseRestoreSettings,
  choice: RestoreChoice<DatabaseArtifact>,
): RestorePart<DatabaseArtifact, DumpContent> {
  const chosen = chooseDatabases(settings.databases, choice)
  return {
    artifacts: [...new Set(chosen.map(({ artifact }) => artifact))],
    look: async ({ connection, signal }, sound) => {
      const isAsked = chosen.length > 0
      const facts: DatabaseTargetFacts = isAsked
        ? await databaseServerOver(connection).targetFacts({
            ...{ access: settings.mysql, signal },
            databases: chosen.map(({ target }) => target),
          })
        : { isRoot: false, tools: new Map() }
      const databases = chosen.map(part => plannedDatabase(part, facts.database))
      const request = {
        settings,
        databases,
        facts,
        manifest: choice.manifest,
        sound: sound.map(rereadDatabase),
      }
      return {
        host: isAsked ? facts : undefined,
        // How large tables become is too hard to tell for anything else to fail by it.
        diskBytes: () => 0,
        plan: othersTake => planDatabases({ ...request, othersTake }),
      }
    },
  }
}

interface PlanRequest extends DatabaseServerRequest {
  settings: DatabaseRestoreSettings
}

function planDatabases(request: PlanRequest): PlannedPart {
  const { settings, databases, facts, sound } = request
  const items = databases.map(planned => describeDatabase(planned, settings))
  const inventory = facts.database?.found.inventory
  return {
    items,
    lines: items.map(item => planLine(item, JSON.stringify)),
    findings: checkDatabaseServer(request),
    facts:
      inventory === undefined
        ? []
        : [
            `Database: ${inventory.server.flavor} ${inventory.server.version}, as ${inventory.user}; ${inventory.dumpTool}.`,
          ],
    begin: context =>
      restoring({
        ...{ settings, databases, sound, context, target: facts.database },
        hasGzip: facts.tools.has('gzip'),
        ...{ state: { databases: [], uploads: [] }, safety: new Map() },
      }),
  }
}

function restoring(work: DatabaseWork): RestoringPart {
  const { state, databases, safety } = work
  return {
    prepare: {
      name: 'Dump what is to be replaced',
      run: async () => {
        await takeSafetyDumps(work)
        return { name: 'Import the databases', run: () => importDatabases(work) }
      },
    },
    state,
    isSettled: true,
    untouched: () =>
      untouchedInWords(
        state,
        databases.length,
        [...safety.values()].map(({ key }) => key),
      ),
    progress: () => progressInWords(state),
  }
}
