import type { DatabaseArtifact, Manifest } from '../../../repository/manifest/manifest'
import { unknownSystem } from '../../../server/missing-tool'
import { planLine } from '../../restore-item'
import type {
  PlannedPart,
  RestoreChoice,
  RestorePart,
  RestoringPart,
  SeenTarget,
  SoundArtifact,
} from '../../restore-part'
import type { DumpContent } from '../check/dump-content'
import { databaseServerOver } from '../database-server'
import { dumpReading } from '../dump/dump-reading'
import { accountSteps } from '../target/account-steps'
import { checkDatabaseServer, type DatabaseServerRequest } from '../target/check-database-server'
import { settingSteps } from '../target/check-settings'
import { chooseDatabases } from '../target/choose-databases'
import type { DatabaseTargetFacts, TargetDatabase } from '../target/database-target-facts'
import { type DatabasePart, describeDatabase, plannedDatabase } from '../target/planned-database'
import type { DatabaseWork } from './database-work'
import { importDatabases, takeSafetyDumps } from './import-databases'
import { rereadDatabase } from './reread-database'
import type { DatabaseRestoreSettings } from './restore-settings'
import { progressInWords, untouchedInWords } from './rollback/database-state'

/** Databases to replace are dumped before; imported databases are dumped again and compared. */
export function restoreDatabases(
  settings: DatabaseRestoreSettings,
  choice: RestoreChoice<DatabaseArtifact>,
): RestorePart<DatabaseArtifact, DumpContent> {
  const chosen = chooseDatabases(settings.databases, choice)
  return {
    artifacts: [...new Set(chosen.map(({ artifact }) => artifact))],
    check: dumpReading.check,
    look: async ({ connection, signal }, sound) => {
      const databases = chosen.map(({ target }) => target)
      const definers = [...new Set(sound.flatMap(({ content }) => [...(content.needs?.definers ?? [])]))]
      const request = { access: settings.mysql, databases, definers, signal }
      const facts = databases.length === 0 ? undefined : await databaseServerOver(connection).targetFacts(request)
      return seenDatabases(settings, choice.manifest, { chosen, facts, sound })
    },
  }
}

/** `facts`: undefined without databases. */
export function seenDatabases(
  settings: DatabaseRestoreSettings,
  manifest: Manifest,
  seen: {
    chosen: readonly DatabasePart[]
    facts: DatabaseTargetFacts | undefined
    sound: readonly SoundArtifact<DatabaseArtifact, DumpContent>[]
  },
): SeenTarget {
  const facts: DatabaseTargetFacts = seen.facts ?? { isRoot: false, tools: new Map(), system: unknownSystem }
  const sound = seen.sound.map(rereadDatabase)
  const databases = seen.chosen.map(part => plannedDatabase(part, facts.database))
  return {
    host: seen.facts,
    // The estimate of table sizes is too rough to fail other sources.
    diskBytes: () => 0,
    plan: othersTake => {
      const findings = checkDatabaseServer({ settings, databases, facts, manifest, sound, othersTake })
      return { ...planDatabases(settings, { manifest, databases, facts, sound }), findings }
    },
  }
}

function planDatabases(
  settings: DatabaseRestoreSettings,
  { manifest, databases, facts, sound }: Pick<DatabaseServerRequest, 'manifest' | 'databases' | 'facts' | 'sound'>,
): Omit<PlannedPart, 'findings'> {
  const { database: target, tools } = facts
  const items = databases.map(planned => describeDatabase(planned, settings))
  return {
    items,
    lines: items.map(item => planLine(item, JSON.stringify)),
    facts: target === undefined ? [] : [describeServer(target)],
    nextSteps: [...accountSteps(databases, target), ...settingSteps(manifest, target)],
    begin: context => restoring({ context, settings, databases, sound, target, hasGzip: tools.has('gzip') }),
  }
}

function describeServer({ found }: TargetDatabase): string {
  const { server, user, dumpTool } = found.inventory
  return `Database: ${server.flavor} ${server.version}, as ${user}; ${dumpTool}.`
}

function restoring(request: Omit<DatabaseWork, 'state' | 'safety'>): RestoringPart {
  const state: DatabaseWork['state'] = { databases: [], uploads: [], accounts: [] }
  const safety: DatabaseWork['safety'] = new Map()
  const work = { ...request, state, safety }
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
    untouched: () => {
      const keys = [...safety.values()].map(({ key }) => key)
      return untouchedInWords(state, request.databases.length, keys)
    },
    progress: () => progressInWords(state),
  }
}
