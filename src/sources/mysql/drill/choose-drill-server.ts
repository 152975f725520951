import { UserError } from '../../../runtime/errors'
import { compareSeries, nameOf, type ServerVersion, seriesOf } from '../target/server-version'

/** A database server that is installed here. */
export interface InstalledServer extends ServerVersion {
  /** Absolute. */
  program: string
}

/** What a drill can run on. */
export type DrillServer = { kind: 'installed'; server: InstalledServer } | { kind: 'container'; image: string }

/** What the runner has. */
export interface DrillHost {
  installed: readonly InstalledServer[]
  /** Why no container can be started here; undefined: one can. */
  dockerProblem: string | undefined
}

/** The server that was backed up, from the manifest. */
export interface RecordedServer {
  flavor: string
  version: string
}

/**
 * Which server the dump of `recorded` is restored to. `requested`: `auto`, `local` or an image. `auto` prefers an
 * installed server of the same product and series; then a container of that series, since a newer server may refuse the
 * dump; then a newer installed one. Throws `UserError` with the alternatives.
 */
export function chooseDrillServer(recorded: RecordedServer, requested: string, host: DrillHost): DrillServer {
  const series = seriesOf(recorded.version)
  if ((recorded.flavor !== 'mariadb' && recorded.flavor !== 'mysql') || series === undefined) {
    throw new UserError(`The manifest names no database server that a drill could run on: ${nameOf(recorded)}.`, {
      advice: 'Name an image of the right product and version in "drill-server".',
    })
  }
  const able = host.installed
    .filter(({ flavor, version }) => flavor === recorded.flavor && compareSeries(version, series) >= 0)
    .sort((one, other) => compareSeries(one.version, other.version))
  const [nearest] = able
  if (requested === 'local') {
    if (nearest !== undefined) return { kind: 'installed', server: nearest }
    throw notInstalled(recorded, series, host)
  }
  if (requested !== 'auto') {
    if (host.dockerProblem === undefined) return { kind: 'container', image: requested }
    throw new UserError(
      `Input "drill-server" names the image ${JSON.stringify(requested)}, and docker cannot start it: ${host.dockerProblem}.`,
      { advice: dockerAdvice },
    )
  }
  if (nearest !== undefined && compareSeries(nearest.version, series) === 0) {
    return { kind: 'installed', server: nearest }
  }
  if (host.dockerProblem === undefined) return { kind: 'container', image: `${recorded.flavor}:${series}` }
  if (nearest !== undefined) return { kind: 'installed', server: nearest }
  throw nothingFits(recorded, series, host)
}

/** Throws `UserError` when the server in the image that the user named cannot take the dump of `recorded`. */
export function refuseUnfit(recorded: RecordedServer, found: ServerVersion, image: string): void {
  const series = seriesOf(recorded.version)
  if (found.flavor === recorded.flavor && (series === undefined || compareSeries(found.version, series) >= 0)) return
  throw new UserError(
    `The image ${JSON.stringify(image)} has ${nameOf(found)}, which cannot be relied on to take a dump of ${nameOf(recorded)}.`,
    { advice: `Set "drill-server: ${recorded.flavor}:${series ?? 'latest'}", or leave it out.` },
  )
}

const dockerAdvice =
  'Run the job on a machine with a docker engine: ubuntu-latest, ubuntu-26.04 and ubuntu-24.04 have one, ubuntu-slim and jobs with "container:" do not.'

function notInstalled(recorded: RecordedServer, series: string, { installed }: DrillHost): UserError {
  return new UserError(
    `Input "drill-server" is "local", and no server on this runner can take a dump of ${nameOf(recorded)}: ${listed(installed)}.`,
    {
      advice: `${runnersWith(recorded, series)} Or leave out "drill-server": with docker, a container is started then.`,
    },
  )
}

function nothingFits(recorded: RecordedServer, series: string, { installed, dockerProblem }: DrillHost): UserError {
  return new UserError(
    `Nothing on this runner can take a dump of ${nameOf(recorded)}: ${listed(installed)}, and no container can be started (${dockerProblem}).`,
    {
      advice: `${runnersWith(recorded, series)} ${dockerAdvice} Then a container of ${recorded.flavor}:${series} is used.`,
    },
  )
}

/** https://github.com/actions/runner-images, November 2026. */
const mysqlOnRunners = [
  { runner: 'ubuntu-24.04', version: '8.0' },
  { runner: 'ubuntu-26.04', version: '8.4' },
]

function runnersWith({ flavor }: RecordedServer, series: string): string {
  if (flavor === 'mariadb') return "None of GitHub's runners has a MariaDB server installed."
  const able = mysqlOnRunners.filter(({ version }) => compareSeries(version, series) >= 0)
  if (able.length === 0) return "None of GitHub's runners has a MySQL server that new installed."
  const names = able.map(({ runner, version }) => `${runner} has MySQL ${version}`).join(', ')
  return `Runners with a suitable server: ${names}.`
}

function listed(installed: readonly InstalledServer[]): string {
  if (installed.length === 0) return 'no database server is installed'
  return `installed is ${installed.map(each => `${nameOf(each)} (${each.program})`).join(' and ')}`
}
