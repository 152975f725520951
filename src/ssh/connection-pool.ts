import { setTimeout as sleep } from 'node:timers/promises'
import { onAbort } from '../runtime/abortable'
import { FailureError, UserError } from '../runtime/errors'
import type { Link } from './link/link'
import { wordsOf } from './link/ssh2-error'
import type { Connection, RemoteProcess } from './remote'

/** A connection that opens more links when `MaxSessions` (sshd_config(5), default 10) allows no more commands. */
export class ConnectionPool implements Connection {
  readonly serverVersion: string
  readonly #host: string
  readonly #open: (signal: AbortSignal) => Promise<Link>
  readonly #members: Member[]
  readonly #onClose: () => void
  readonly #closing = new AbortController()
  #forgetSignal = () => {}

  /** `onClose` closes the route that the links use. */
  constructor(host: string, first: Link, open: (signal: AbortSignal) => Promise<Link>, onClose: () => void = () => {}) {
    this.serverVersion = first.serverVersion
    this.#host = host
    this.#open = open
    this.#onClose = onClose
    this.#members = [new Member(first)]
  }

  async exec(command: string): Promise<RemoteProcess> {
    for (const member of this.#members) {
      const started = member.isFree ? await this.#try(member, command) : undefined
      if (started !== undefined) return started
    }
    const lost = this.#members.every(member => member.link.loss !== undefined) ? this.#members[0]?.link.loss : undefined
    if (lost !== undefined) throw new FailureError(`The connection to ${this.#host} was lost: ${lost}.`)
    const member = new Member(await this.#open(this.#closing.signal))
    if (this.#closing.signal.aborted) member.link.close()
    this.#members.push(member)
    const started = await this.#try(member, command)
    if (started !== undefined) return started
    throw new UserError(`${this.#host} lets this user log in but not run commands.`, {
      advice:
        'Check MaxSessions and ForceCommand in sshd_config on the server, and the options before the key in authorized_keys.',
    })
  }

  /** Closes the connection when the signal is aborted. */
  closeOn(signal: AbortSignal): void {
    this.#forgetSignal = onAbort(signal, () => this.close())
  }

  close(): void {
    this.#forgetSignal()
    this.#closing.abort()
    for (const member of this.#members) member.link.close()
    this.#onClose()
  }

  async #try(member: Member, command: string): Promise<RemoteProcess | undefined> {
    try {
      return await member.exec(command)
    } catch (error) {
      const { loss } = member.link
      if (loss !== undefined)
        throw new FailureError(`The connection to ${this.#host} was lost: ${loss}.`, { cause: error })
      if (isRefusedChannel(error)) return undefined
      throw new UserError(`${this.#host} refused to run a command: ${wordsOf(error)}.`, {
        advice: 'The account may be limited to file transfer (ForceCommand internal-sftp) or have no shell.',
        cause: error,
      })
    }
  }
}

/** A link and the number of commands that it may run at once, as far as the server has shown. */
class Member {
  readonly link: Link
  #running = 0
  #limit = Number.POSITIVE_INFINITY

  constructor(link: Link) {
    this.link = link
  }

  get isFree(): boolean {
    return this.link.loss === undefined && this.#running < this.#limit
  }

  async exec(command: string): Promise<RemoteProcess> {
    this.#running++
    try {
      const process = await this.#execPatiently(command)
      process.exit.then(() => this.#running--)
      return process
    } catch (error) {
      this.#running--
      if (isRefusedChannel(error)) this.#limit = Math.max(1, this.#running)
      throw error
    }
  }

  async #execPatiently(command: string): Promise<RemoteProcess> {
    try {
      return await this.link.exec(command)
    } catch (error) {
      if (!isRefusedChannel(error) || this.#running > 1) throw error
      // Nothing runs on this link, so the server is still cleaning up the previous command.
      await sleep(200)
      return await this.link.exec(command)
    }
  }
}

/** Only the error of a refused channel has the server's `reason` (RFC 4254, 5.1). */
function isRefusedChannel(error: unknown): boolean {
  return error instanceof Error && 'reason' in error
}
