import { randomBytes } from 'node:crypto'
import { FailureError, UserError } from '../../../runtime/errors'
import type { LocalCommand } from '../../../runtime/github/local-command'
import { localConnection } from '../../../server/local/local-connection'
import { ownerText, thisOwner } from '../../drill/owner'
import type { DrillPlace } from './drill-place'
import { endOf, startTool } from './tool-process'

/** The label of every drill container; its value is the owner. */
export const containerLabel = 'make-a-backup-drill'

/** The container of a killed drill ends after the longest time of a job on GitHub's runners, and is removed then. */
const lifetimeSeconds = 6 * 60 * 60

export interface ContainerRequest {
  image: string
  run: LocalCommand
  /** The environment of the job: docker's client reads its own settings from there. */
  variables: Readonly<Record<string, string>>
  signal: AbortSignal
}

/**
 * A container without a network and with nothing running: the entry point of the image is replaced, so that its server
 * is started like one on this machine. Pulls a missing image.
 */
export async function placeInContainer(request: ContainerRequest): Promise<DrillPlace> {
  const { image, run, variables, signal } = request
  const environment = dockerVariables(variables)
  await pull(request, environment)
  const name = `${containerLabel}-${randomBytes(6).toString('hex')}`
  const folder = `/tmp/${name}`
  const label = `${containerLabel}=${ownerText(thisOwner())}`
  const enter = ['exec', '--env', `HOME=${folder}`, name]
  const [exec = '', ...where] = enter
  const connection = localConnection({ command: ['docker', exec, '--interactive', ...where], environment })
  const place: DrillPlace = {
    folder,
    isRoot: true,
    connection,
    run: (program, words) => run('docker', [...enter, program, ...words], environment),
    give: async () => {},
    start: (program, words) => startTool('docker', [...enter, program, ...words], environment),
    remove: async () => {
      connection.close()
      await removeContainer(name, run, environment)
    },
  }
  const options = ['--detach', '--rm', '--pull', 'never', '--network', 'none', '--user', '0:0']
  const words = ['run', ...options, '--name', name, '--label', label, '--entrypoint', 'sleep', image]
  const started = await run('docker', [...words, String(lifetimeSeconds)], environment)
  try {
    signal.throwIfAborted()
    if (started.exitCode !== 0) throw notStarted(image, started.stderr)
    const made = await place.run('mkdir', ['-p', folder])
    if (made.exitCode !== 0) throw notStarted(image, made.stderr)
    return place
  } catch (error) {
    await place.remove().catch(() => {})
    throw error
  }
}

/** The variables with which docker's client finds its engine and its logins. */
export function dockerVariables(variables: Readonly<Record<string, string>>): Record<string, string> {
  return Object.fromEntries(
    Object.entries(variables).filter(([name]) => /^(PATH|HOME|XDG_RUNTIME_DIR|DOCKER_.*)$/.test(name)),
  )
}

/** Ends a container and removes it with its data. Does nothing when it has ended by itself. */
export async function removeContainer(
  name: string,
  run: LocalCommand,
  environment: Readonly<Record<string, string>>,
): Promise<void> {
  const { exitCode, stderr } = await run('docker', ['rm', '--force', '--volumes', name], environment)
  if (exitCode === 0 || /no such container|is already in progress/i.test(stderr)) return
  throw new FailureError(`The container ${name} of the drill could not be removed: ${stderr.trim()}`, {
    advice: `Remove it by hand: docker rm --force --volumes ${name}`,
  })
}

async function pull(
  { image, run, signal }: ContainerRequest,
  environment: Readonly<Record<string, string>>,
): Promise<void> {
  const present = await run('docker', ['image', 'inspect', '--format', '{{.Id}}', image], environment)
  if (present.exitCode === 0) return
  const pulling = startTool('docker', ['pull', '--quiet', image], environment)
  const { code, how } = await endOf(pulling, signal)
  if (code === 0) return
  throw new UserError(`The image ${JSON.stringify(image)} could not be pulled: docker ${how}.`, {
    advice:
      'Check "drill-server". For a private image, log in before (docker/login-action). A login, or an hour, also lifts a rate limit of the registry.',
    detail: pulling.lastLines(),
  })
}

function notStarted(image: string, stderr: string): FailureError {
  return new FailureError(`A container of ${JSON.stringify(image)} could not be started.`, {
    advice: 'The image must have a POSIX shell and the usual tools, as the official ones of MariaDB and MySQL do.',
    detail: stderr.split('\n').filter(line => line.trim() !== ''),
  })
}
