import { type Finding, problem, warning } from '../../../findings/finding'
import type { DatabaseArtifact } from '../../../repository/manifest/manifest'
import { formatSize } from '../../../runtime/text/format-size'
import type { DumpNeeds } from '../check/needs/dump-needs'
import { switchedOffEngines } from './check-settings'
import { placeProblems, traitProblems } from './check-traits'
import type { TargetDatabase } from './database-target-facts'
import type { DatabasePart } from './planned-database'

/** What a dump needs that this server lacks, and what it would change outside of its target, from reading the dump. */
export function checkDumpNeeds(
  planned: DatabasePart,
  needs: DumpNeeds,
  server: TargetDatabase,
  { allowedEntries }: { allowedEntries: ReadonlySet<string> } = { allowedEntries: new Set() },
): Finding[] {
  const name = JSON.stringify(planned.artifact.database)
  return [
    ...serverLacks(name, planned.artifact, needs, server),
    ...serverSettings(name, planned.artifact, needs, server),
    ...placeProblems(planned, needs, server, allowedEntries.has('statements')),
    ...traitProblems(planned, server),
    ...switchedOffEngines(planned.artifact.database, needs.engines, server),
    ...reachesOutside(name, planned, needs),
    ...unusualProblems(name, needs, allowedEntries.has('statements')),
  ]
}

/** Character sets, collations and storage engines. */
function serverLacks(
  name: string,
  { content: { characterSet, collation } }: DatabaseArtifact,
  needs: DumpNeeds,
  { collations, characterSets, engines }: TargetDatabase,
): Finding[] {
  const findings: Finding[] = []
  const unknownSets = [...new Set([...needs.characterSets, characterSet.toLowerCase()])].filter(
    each => !isKnownSet(each, characterSets),
  )
  const unknownCollations = [...new Set([...needs.collations, collation.toLowerCase()])].filter(
    each => !isKnownCollation(each, collations),
  )
  const unknown = [
    ...unknownSets.map(each => `the character set ${each}`),
    ...unknownCollations.map(each => `the collation ${each}`),
  ]
  if (unknown.length > 0) {
    findings.push(
      problem(
        'charset-missing',
        `The dump of ${name} needs what this database server does not know: ${unknown.join(', ')}.`,
        'Restore to a server of the product and version that the dump comes from, or a newer one.',
      ),
    )
  }
  const missing = [...needs.engines].filter(each => engines.size > 0 && !engines.has(each.toLowerCase()))
  if (missing.length > 0) {
    findings.push(
      problem(
        'engine-missing',
        `The dump of ${name} has tables of storage engines that this server lacks: ${missing.join(', ')}.`,
        'Install the engine there, or restore to a server that has it. (With NO_ENGINE_SUBSTITUTION off the server would silently use another one.)',
      ),
    )
  }
  return findings
}

function serverSettings(
  name: string,
  { content: { tables } }: DatabaseArtifact,
  { longestStatementBytes }: DumpNeeds,
  { variables }: TargetDatabase,
): Finding[] {
  const findings: Finding[] = []
  const packet = Number(variables.get('max_allowed_packet') ?? Number.NaN)
  if (longestStatementBytes >= packet) {
    const mebibytes = Math.min(1024, Math.ceil((longestStatementBytes + 1024) / 2 ** 20))
    findings.push(
      problem(
        'packet-too-small',
        `The dump of ${name} has a statement of ${formatSize(longestStatementBytes)}, and max_allowed_packet of this server is ${formatSize(packet)}.`,
        `Run this as an administrator of the database (and set it in its configuration, since the site needs it too):\nSET GLOBAL max_allowed_packet=${mebibytes * 2 ** 20};`,
      ),
    )
  }
  const upper =
    variables.get('lower_case_table_names') === '1'
      ? tables.find(table => table.name !== table.name.toLowerCase())
      : undefined
  if (upper !== undefined) {
    findings.push(
      problem(
        'lower-case-names',
        `This database server stores all table names in lower case, and the dump of ${name} has names with capitals, such as ${JSON.stringify(upper.name)}.`,
        'Restore to a server with lower_case_table_names=0, the default on Linux.',
      ),
    )
  }
  return findings
}

/** Effects outside of the target. */
function reachesOutside(name: string, { artifact, target }: DatabasePart, needs: DumpNeeds): Finding[] {
  const findings: Finding[] = []
  if (needs.hasGtidPurged) {
    findings.push(
      problem(
        'gtid-purged',
        `The dump of ${name} sets GTID_PURGED of the whole server.`,
        'It was made with --set-gtid-purged. Restore it by hand to a server without transactions of its own (RESET MASTER), as docs/recovery-by-hand.md says.',
      ),
    )
  }
  const foreign = needs.replaced.filter(each => each !== artifact.database)
  const named = [needs.usesDatabase ?? target, ...needs.strangers, ...foreign]
  const others = [...new Set(named)].filter(each => each !== target)
  if (others.length > 0) {
    findings.push(
      problem(
        'other-databases',
        `The dump of ${name} would write outside of ${JSON.stringify(target)}: it names ${others.map(each => JSON.stringify(each)).join(', ')}.`,
        others.every(each => each === artifact.database)
          ? 'Something in it names its own database, as a trigger may. Restore it under its own name, on another server if the live one must stay.'
          : 'Check what it does there, then restore it by hand (docs/recovery-by-hand.md).',
      ),
    )
  }
  return findings
}

/** Whoever can write to the bucket can also write into a dump, and the import runs all of it. */
function unusualProblems(name: string, { unusual }: DumpNeeds, isAllowed: boolean): Finding[] {
  if (unusual.length === 0) return []
  const what = `The dump of ${name} has statements that no dump tool writes for one database, and the import would run them: ${unusual.join(', ')}.`
  if (isAllowed)
    return [warning('unusual-statements', what, 'Nothing, if this is intended: "allow-entries" has "statements".')]
  return [
    problem(
      'unusual-statements',
      what,
      'If you know why they are there, add "statements" to "allow-entries". If not, someone may have changed the dump: choose another recovery point, and find out who can write to the bucket.',
    ),
  ]
}

/** `utf8` and `utf8mb3` are the same, in older and newer versions. */
function isKnownSet(name: string, known: ReadonlySet<string>): boolean {
  if (known.size === 0 || name === '' || name === 'binary') return true
  return known.has(name) || (/^utf8(mb3)?$/.test(name) && (known.has('utf8') || known.has('utf8mb3')))
}

/** MariaDB lists `uca1400_ai_ci` once for all its character sets; `utf8_…` is also `utf8mb3_…`. */
function isKnownCollation(name: string, known: ReadonlySet<string>): boolean {
  if (known.size === 0 || name === '' || known.has(name)) return true
  const [, set = '', rest = ''] = /^([a-z0-9]+)_(.+)$/.exec(name) ?? []
  if (rest.startsWith('uca1400') && known.has(rest)) return true
  // MySQL 5.7 and old MariaDB have no name with mb3; new servers take the old name.
  return set === 'utf8' && known.has(`utf8mb3_${rest}`)
}
