import type { RestoreInputs } from '../../../../src/inputs/restore'
import {
  type DatabaseArtifact,
  type FilesArtifact,
  type Manifest,
  manifestFormat,
} from '../../../../src/repository/manifest/manifest'
import type { ArchiveContent, RiskyEntries, RiskyEntry } from '../../../../src/sources/files/check/archive-content'
import { noEntries } from '../../../../src/sources/files/check/folder-tally'
import type { Accounts, FoundAccount } from '../../../../src/sources/files/owners/accounts'
import type { Owner } from '../../../../src/sources/files/owners/owner'
import type { RereadFiles } from '../../../../src/sources/files/restore/reread-files'
import type { FolderTargetFacts, TargetPlace } from '../../../../src/sources/files/target/folder-target-facts'
import type { DumpContent } from '../../../../src/sources/mysql/check/dump-content'
import type { DumpNeeds } from '../../../../src/sources/mysql/check/needs/dump-needs'
import type { DatabaseInventory, Inventory } from '../../../../src/sources/mysql/inventory/inventory'
import type { RereadDatabase } from '../../../../src/sources/mysql/restore/reread-database'
import type { DatabaseTargetFacts, TargetDatabase } from '../../../../src/sources/mysql/target/database-target-facts'
import { parseHostKeyPins } from '../../../../src/ssh/keys/host-keys'

const at = '2026-11-23T13:05:02.120Z'

/** The stored dump of the database `shop`: two tables and one of each other kind. */
export function aDump(database = 'shop', content: Partial<DatabaseArtifact['content']> = {}): DatabaseArtifact {
  return {
    ...{ kind: 'database', name: `${database}.database`, database },
    ...{ key: `running-backups/Monday-13-00.${database}.database.sql.gz`, bytes: 12_300_000 },
    ...{ sha256: 'd'.repeat(64), etag: '"d"', versionId: null, compression: 'gzip' },
    ...{ startedAt: at, finishedAt: at },
    content: {
      ...{ bytes: 57_800_000, sha256: 'e'.repeat(64) },
      tables: [
        { name: 'orders', bytes: 300, sha256: '1'.repeat(64) },
        { name: 'customers', bytes: 200, sha256: '2'.repeat(64) },
      ],
      ...{ views: 1, triggers: 1, routines: 1, events: 1 },
      objects: {
        views: ['open_orders'],
        triggers: ['orders_log'],
        routines: ['function tax'],
        events: ['tidy'],
      },
      definers: ['root@localhost'],
      ...{ characterSet: 'utf8mb4', collation: 'utf8mb4_general_ci' },
      ...content,
    },
  }
}

/** The stored archive of a document root. */
export function anArchive(paths: string[] = ['/var/www/html']): FilesArtifact {
  return {
    ...{ kind: 'files', name: 'codebase', key: 'running-backups/Monday-13-00.codebase.tar.gz', paths },
    ...{ bytes: 240_000_000, sha256: 'c'.repeat(64), etag: '"c"', versionId: null, compression: 'gzip' },
    ...{ startedAt: at, finishedAt: at },
    content: { bytes: 612_000_000, sha256: 'f'.repeat(64), files: 2521, directories: 300, links: 2 },
  }
}

/** www-data, whose group is `disk`. */
export function anOwner(overrides: Partial<Owner> = {}): Owner {
  return { user: 'www-data', group: 'disk', uid: 33, gid: 6, ...overrides }
}

/** A regular file of www-data that does harm as it is; a test overrides how. */
export function aRiskyEntry(path: string, overrides: Partial<RiskyEntry> = {}): RiskyEntry {
  return { path, mode: 0o755, owner: anOwner(), ...overrides }
}

/** A device in the document root. */
export const aDevice: RiskyEntries = {
  ...{ kind: 'devices', count: 1 },
  first: [aRiskyEntry('var/www/html/null', { mode: 0o666, owner: anOwner({ user: 'root', uid: 0 }), device: 'c 1 3' })],
}

export function aManifest(artifacts: Manifest['artifacts'] = [aDump(), anArchive()]): Manifest {
  return {
    ...{ format: manifestFormat, slot: 'Monday-13-00', state: 'complete', verdict: 'good' },
    ...{ startedAt: at, finishedAt: at, timezone: 'UTC', host: 'web1.example.com' },
    prefix: 'running-backups',
    run: { repository: 'acme/shop', id: '123', attempt: '1', event: 'schedule', url: '' },
    tool: { name: 'make-a-backup', version: '1.0.0' },
    server: {
      os: 'Debian GNU/Linux 12',
      database: { flavor: 'mariadb', version: '10.11.19', dumpTool: 'mariadb-dump 10.19', options: [] },
    },
    artifacts,
    warnings: [],
  }
}

/** Of a restore of everything; a test overrides what it is about. */
export function someInputs(overrides: Partial<RestoreInputs> = {}): RestoreInputs {
  return {
    ssh: { host: 'web1.example.com', port: 22, user: 'deploy', hostKeys: parseHostKeyPins('') },
    mysql: {},
    signing: {},
    s3: { bucket: 'acme', prefix: 'running-backups', region: 'eu-central-1' },
    decryptionKey: [],
    snapshot: { kind: 'latest' },
    ...{ databases: 'all', paths: 'all', overwrite: false, safetyBackup: true, acceptDifferences: false },
    ...{ allowedEntries: new Set(), isDryRun: false },
    ...overrides,
  }
}

function needs(overrides: Partial<DumpNeeds> = {}): DumpNeeds {
  return {
    ...{ definers: [], collations: ['utf8mb4_general_ci'], characterSets: ['utf8mb4'], engines: ['InnoDB'] },
    ...{ tablespaces: [], folders: [], longestStatementBytes: 1_000_000, hasGtidPurged: false },
    ...{ usesDatabase: undefined, references: [], replaced: [], strangers: [], unusual: [] },
    ...overrides,
  }
}

/** What a dump of the artifact holds when nothing is wrong with it. */
export function contentOf({ content }: DatabaseArtifact): DumpContent {
  const { bytes, sha256, tables, objects } = content
  const found = { bytes, sha256, tables, views: [], triggers: [], routines: [], events: [], ...objects }
  return { ...found, longestStatementBytes: 1_000_000 }
}

export interface FoundOptions {
  needs?: Partial<DumpNeeds>
  files?: Partial<ArchiveContent>
}

/** Every object of a manifest, read and found sound. */
export function soundOf(
  manifest: Manifest,
  found: FoundOptions = {},
): { databases: RereadDatabase[]; files: RereadFiles | undefined } {
  const files = manifest.artifacts.find(artifact => artifact.kind === 'files')
  return {
    databases: manifest.artifacts
      .filter(artifact => artifact.kind === 'database')
      .map(artifact => {
        const ofDump = needs(found.needs)
        return { artifact, content: { ...contentOf(artifact), needs: ofDump }, needs: ofDump }
      }),
    files: files && {
      artifact: files,
      content: {
        ...files.content,
        specials: 0,
        perPath: files.paths.map(path => ({
          ...{ path: path.slice(1), files: 2521, directories: 300, links: 2, fileBytes: 600_000_000 },
          kinds: noEntries(),
        })),
        risky: [],
        ownerChanges: {
          count: files.paths.length,
          first: files.paths.map(path => ({ path: path.slice(1), owner: anOwner() })),
        },
        hasOwnerList: false,
        attributes: {
          counts: { lists: 0, attributes: 0, ordinary: 0 },
          perPath: [],
          first: [],
          accounts: { users: [], groups: [] },
        },
        parts: [],
        ...found.files,
      },
    },
  }
}

/** A database that is there, with nothing in it. */
export function aDatabase(name = 'shop', overrides: Partial<DatabaseInventory> = {}): DatabaseInventory {
  return {
    ...{ name, characterSet: 'utf8mb4', collation: 'utf8mb4_general_ci' },
    ...{ tables: [], triggers: [], routines: [], events: [], definers: [], ambiguous: [] },
    ...overrides,
  }
}

export const aTable = { name: 'orders', kind: 'table', engine: 'InnoDB', sizeBytes: 40_000_000 } as const

export interface FactOptions {
  isRoot?: boolean
  tools?: readonly string[]
  leftovers?: string[]
  accounts?: Accounts<FoundAccount>
  /** Why the database server could not be asked. */
  databaseProblem?: Error
  places?: Partial<TargetPlace>[]
  /** `false`: nothing is known of the database server. */
  isAsked?: boolean
  server?: Partial<Inventory['server']>
  user?: string
  /** Lines of `SHOW GRANTS`. */
  grants?: readonly string[]
  /** Those of the target that were asked for and are there. */
  databases?: DatabaseInventory[]
  variables?: Readonly<Record<string, string>>
  database?: Partial<Omit<TargetDatabase, 'findings' | 'variables'>>
  /** Options that the server's own configuration adds to every dump. */
  defaults?: string[]
}

const allTools = ['tar', 'gzip', 'zstd', 'client', 'dump-tool']

/**
 * What the server of a site says of itself: root, empty, MariaDB 10.11, everything allowed; a test overrides what it is
 * about.
 */
export function someFacts(options: FactOptions = {}): {
  databases: DatabaseTargetFacts
  folders: FolderTargetFacts
} {
  const { places = [{}], isAsked = true, databaseProblem, tools = allTools } = options
  const host = {
    isRoot: options.isRoot ?? true,
    tools: new Map(tools.map(tool => [tool, `${tool} 1.0`])),
    system: { distribution: ['debian'], databaseServer: 'mariadb' },
  }
  return {
    databases: {
      ...host,
      ...(isAsked ? { database: aTargetDatabase(options) } : {}),
      ...(databaseProblem === undefined ? {} : { problem: databaseProblem }),
    },
    folders: {
      ...host,
      places: places.map(place => ({
        ...{ state: 'absent', parent: '/var/www', isWritable: true, mount: '/', freeBytes: 100e9, mounted: [] },
        ...place,
      })),
      leftovers: options.leftovers ?? [],
      accounts: options.accounts ?? { users: [], groups: [] },
    },
  }
}

function aTargetDatabase({
  server,
  user = 'root@localhost',
  grants,
  databases = [],
  variables,
  database,
  defaults = [],
}: FactOptions): TargetDatabase {
  return {
    found: {
      ...{ os: '', visible: [], canIgnoreTableData: true, defaults },
      inventory: {
        server: { flavor: 'mariadb', version: '10.11.19', ...server },
        dumpTool: server?.flavor === 'mysql' ? 'mysqldump 8.4' : 'mariadb-dump 10.19',
        user,
        grants: {
          lines: [...(grants ?? ['GRANT ALL PRIVILEGES ON *.* TO `root`@`localhost` WITH GRANT OPTION'])],
          partialRevokes: false,
        },
        accounts: { seen: new Set(), rights: [], roles: [], defaultRoles: [], plugins: new Map() },
        databases,
      },
    },
    collations: new Set(['utf8mb4_general_ci', 'utf8mb4_bin']),
    characterSets: new Set(['utf8mb4', 'latin1']),
    engines: new Set(['innodb', 'myisam']),
    variables: new Map(Object.entries({ max_allowed_packet: '16777216', lower_case_table_names: '0', ...variables })),
    accounts: undefined,
    freeBytes: undefined,
    mount: undefined,
    ...{ brokenViews: [], session: new Set<string>() },
    abilities: { tablespaces: undefined, referenceSystems: new Set(), hasTimeZones: true, hasKeys: false },
    deniedDefiners: new Map(),
    ...database,
  }
}
