import { travelCompression } from '../../../pipeline/travel'
import type { DatabaseArtifact, Manifest } from '../../../repository/manifest/manifest'
import { unknownSystem } from '../../../server/missing-tool'
import { planLine, type RestoredItem } from '../../restore-item'
import type {
  PlannedPart,
  RestoreChoice,
  RestoreContext,
  RestorePart,
  RestoreStep,
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
import { importAlong } from './import-along'
import { importDatabases, takeSafetyDumps } from './import-databases'
import { expectedDump, rereadDatabase } from './reread-database'
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
    look: async ({ connection, signal }) => {
      const databases = chosen.map(({ target }) => target)
      const ask = async (definers: readonly string[]) => {
        const request = { access: settings.mysql, databases, definers, signal }
        return databases.length === 0 ? undefined : databaseServerOver(connection).targetFacts(request)
      }
      const own: OwnWork = { state: { databases: [], uploads: [], accounts: [] }, safety: new Map(), along: new Map() }
      const expected = [...new Set(chosen.map(({ artifact }) => artifact))].map(expectedDump)
      const known = definersOf(expected)
      const facts = await ask(known)
      const seen = (sound: typeof expected, asked: typeof facts) =>
        seenDatabases(settings, choice.manifest, { chosen, facts: asked, sound, own })
      const first = seen(expected, facts)
      return {
        expected: first,
        see: async sound => {
          const definers = definersOf(sound)
          return seen([...sound], definers.every(each => known.includes(each)) ? facts : await ask(definers))
        },
        begin: context => restoringDatabases(first.work(context)),
      }
    },
  }
}

function definersOf(sound: readonly SoundArtifact<DatabaseArtifact, DumpContent>[]): string[] {
  return [...new Set(sound.flatMap(({ content }) => [...(content.needs?.definers ?? [])]))]
}

/** What the steps of one restore share. */
type OwnWork = Pick<DatabaseWork, 'state' | 'safety' | 'along'>

/** A target, with the work on it. */
interface SeenDatabases extends SeenTarget {
  work(context: RestoreContext): DatabaseWork
}

/** `facts`: undefined without databases. */
export function seenDatabases(
  settings: DatabaseRestoreSettings,
  manifest: Manifest,
  seen: {
    chosen: readonly DatabasePart[]
    facts: DatabaseTargetFacts | undefined
    sound: readonly SoundArtifact<DatabaseArtifact, DumpContent>[]
    own: OwnWork
  },
): SeenDatabases {
  const facts: DatabaseTargetFacts = seen.facts ?? { isRoot: false, tools: new Map(), system: unknownSystem }
  const sound = seen.sound.map(rereadDatabase)
  const databases = seen.chosen.map(part => plannedDatabase(part, facts.database))
  const { database: target, tools } = facts
  const work = (context: RestoreContext): DatabaseWork => ({
    ...{ context, settings, databases, sound, target, travel: travelCompression(tools) },
    ...seen.own,
  })
  return {
    work,
    host: seen.facts,
    // The estimate of table sizes is too rough to fail other sources.
    diskBytes: () => 0,
    plan: othersTake => {
      const findings = checkDatabaseServer({ settings, databases, facts, manifest, sound, othersTake })
      const prepare = (context: RestoreContext) => preparation(work(context))
      return { ...planDatabases(settings, { manifest, databases, facts }), findings, prepare }
    },
  }
}

function planDatabases(
  settings: DatabaseRestoreSettings,
  { manifest, databases, facts }: Pick<DatabaseServerRequest, 'manifest' | 'databases' | 'facts'>,
): Omit<PlannedPart, 'findings' | 'prepare'> {
  const { database: target } = facts
  const items = databases.map(planned => describeDatabase(planned, settings))
  return {
    items,
    lines: items.map(item => planLine(item, JSON.stringify)),
    facts: target === undefined ? [] : [describeServer(target)],
    nextSteps: [...accountSteps(databases, target), ...settingSteps(manifest, target)],
  }
}

function describeServer({ found }: TargetDatabase): string {
  const { server, user, dumpTool } = found.inventory
  return `Database: ${server.flavor} ${server.version}, as ${user}; ${dumpTool}.`
}

function preparation(work: DatabaseWork): RestoreStep<RestoreStep<readonly RestoredItem[]>> {
  return {
    name: 'Dump what is to be replaced',
    run: async () => {
      await takeSafetyDumps(work)
      return { name: 'Import the databases', run: () => importDatabases(work) }
    },
  }
}

/** `work`: by what the manifests say. */
function restoringDatabases(work: DatabaseWork): RestoringPart<DatabaseArtifact, DumpContent> {
  const { state, safety, databases } = work
  return {
    along: (artifact, read) => importAlong(artifact, work, read),
    state,
    isSettled: true,
    untouched: () => {
      const keys = [...safety.values()].map(({ key }) => key)
      return untouchedInWords(state, databases.length, keys)
    },
    progress: () => progressInWords(state),
  }
}
