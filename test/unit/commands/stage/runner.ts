import type { Repository } from '../../../../src/repository/repository'
import { CancelledError } from '../../../../src/runtime/errors'
import type { Runtime } from '../../../../src/runtime/runtime'
import type { Connection } from '../../../../src/ssh/remote'
import { type MemoryStore, memoryStore } from '../../../memory/memory-store'
import { type RecordingRuntime, recordingRuntime } from '../../recording-runtime'
import { type Moments, moments } from './moments'
import { mortalStore } from './mortal-store'
import { type ServerLink, serverLink } from './server-link'

/** How a step of an action ended. */
export interface Ended {
  /** What it threw; undefined when all went well, and of a run that was killed. */
  error: Error | undefined
  isKilled: boolean
  log: string[]
  warnings: string[]
}

/** What a command is given. */
interface StepTools {
  runtime: Runtime
  repository: Repository
  connect(): Promise<Connection>
  /** Where the warnings of the run are found at its end. */
  tellsWarnings(warnings: () => readonly { what: string }[]): void
}

/** Runs the steps of actions, one after another, as GitHub's runner does: what a main step saved its post step gets. */
export interface Runner extends Moments {
  store: MemoryStore
  /** The jobs that the last step asked the server for, in order. */
  jobs(): string[]
  /** What the last step did to the store, without what only looks; keys without their prefix. */
  writes(): string[]
  /** What was saved for the post step. */
  states(): Readonly<Record<string, string>>
  step(inputs: Readonly<Record<string, string>>, work: (tools: StepTools) => Promise<unknown>): Promise<Ended>
  /** Moves the clocks of runner and store on. */
  advance(ms: number): void
  /** The clock of the runner is so far ahead of the store's in the steps from now on. */
  setAhead(ms: number): void
  /** Cancels the run, as SIGINT does. */
  cancel(): void
  /** The links to the server die. */
  cut(): void
  /** Kills the run; who waits for it waits for ever. */
  kill(): Promise<never>
  /** Ends all that still runs on the server. */
  end(): Promise<void>
}

/** One process of the runner. */
interface Process {
  runtime: RecordingRuntime
  links: ServerLink[]
  isDead: boolean
  died: PromiseWithResolvers<void>
}

export function runner(environment: NodeJS.ProcessEnv): Runner {
  const keeper = moments()
  let jobs: string[] = []
  let operationsBefore = 0
  let startedMs = Date.parse('2026-11-23T13:05:02.120Z')
  let aheadMs = 0
  let saved: Readonly<Record<string, string>> = {}
  let process: Process | undefined
  const now = () => new Date(startedMs + (process?.runtime.clock.monotonicMs() ?? 0))
  const clock = { asking: () => process?.runtime.clock.asking() ?? (() => {}) }
  const store = memoryStore({ minPartBytes: 1, now, clock, onOperation: keeper.operation })

  const connectTo = async ({ links }: Process): Promise<Connection> => {
    const link = serverLink(environment, async job => {
      jobs.push(job.name)
      await keeper.job(job)
    })
    links.push(link)
    return link
  }
  const cut = () => {
    for (const link of process?.links ?? []) link.cut()
  }
  const end = async () => {
    cut()
    await Promise.all((process?.links ?? []).map(link => link.ended))
  }

  return {
    ...{
      store,
      jobs: () => jobs,
      onJob: keeper.onJob,
      onStore: keeper.onStore,
      cut,
      end,
      states: () => saved,
    },
    writes: () =>
      store.operations
        .slice(operationsBefore)
        .filter(changes)
        .map(operation => operation.replace(' backups/', ' ')),
    step: async (inputs, work) => {
      await end()
      jobs = []
      operationsBefore = store.operations.length
      startedMs = now().getTime()
      const runtime = recordingRuntime({ inputs, now: new Date(startedMs + aheadMs), states: saved })
      const own: Process = { runtime, links: [], isDead: false, died: Promise.withResolvers() }
      process = own
      let warnings = (): readonly { what: string }[] => []
      const tools: StepTools = {
        runtime,
        repository: { store: mortalStore(store, () => own.isDead), prefix: 'backups' },
        connect: () => (own.isDead ? new Promise(() => {}) : connectTo(own)),
        tellsWarnings: told => {
          warnings = told
        },
      }
      const ended = work(tools).then(
        () => undefined,
        (error: unknown) => (error instanceof Error ? error : new Error(String(error))),
      )
      const error = await Promise.race([ended, own.died.promise])
      if (!own.isDead) saved = Object.fromEntries(runtime.states)
      return {
        error: error ?? undefined,
        isKilled: own.isDead,
        log: runtime.lines.map(({ text }) => text),
        warnings: warnings().map(({ what }) => what),
      }
    },
    advance: ms => {
      process?.runtime.advance(ms)
    },
    setAhead: ms => {
      aheadMs = ms
    },
    cancel: () => process?.runtime.stop(new CancelledError()),
    kill: () => {
      if (process !== undefined) {
        process.isDead = true
        saved = Object.fromEntries(process.runtime.states)
        cut()
        process.died.resolve()
      }
      return new Promise(() => {})
    },
  }
}

function changes(operation: string): boolean {
  return !/^(head|get|getText|list|listUploads) /.test(operation)
}
