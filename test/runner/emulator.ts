import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { type ActionFile, inputVariables, postRuns, readActionFile } from './action-file'
import { parseFileCommands } from './file-commands'
import { assertLimits } from './limits'
import { Masks } from './masks'
import { type Annotation, type AnnotationKind, type LogGroup, type OutputLine, OutputReader } from './output-reader'
import { type fileCommands, type LeftFile, RunFolder } from './run-folder'
import { runnerVariables } from './runner-variables'
import { type Moment, type ProcessEnd, StepProcess } from './step-process'

export interface RunOptions {
  /** The folder with `action.yml`. */
  action: string
  inputs?: Readonly<Record<string, string>>
  /** Beside the variables of the runner. Nothing of the test's own environment but PATH gets through. */
  env?: Readonly<Record<string, string>>
  /** Secrets the workflow knows: the runner masks them before the action says so. */
  secrets?: readonly string[]
  /** How far the clock of the runner is ahead of the machine's. */
  clockAheadMs?: number
  /** Files of the main step on which there is no room. */
  full?: readonly (typeof fileCommands)[number][]
  /** Debug logging, as after "Re-run jobs" with "Enable debug logging". */
  debug?: boolean
  /** When to cancel the main step: SIGINT, 7.5 s, SIGTERM, 2.5 s, SIGKILL. */
  cancelAfter?: Moment
  /** When to SIGKILL the main step, as the OOM killer does. */
  killAfter?: Moment
  /** `lost`: the post step never runs, as when the machine itself goes away. By default `post-if` decides. */
  post?: 'by post-if' | 'lost'
  /** What an earlier main step saved: then only the post step runs. */
  state?: Readonly<Record<string, string>>
  /** What is put before the command of each step: the step runs elsewhere, as in a name space. */
  within?: readonly string[]
  /** Where the run's own folders are made, the system's temp folder by default. They go away with the run. */
  folder?: string
  /** Called for each entry of the masked log as it comes. */
  onLog?: (entry: string) => void
}

/** One step, main or post, seen from outside. */
export interface StepRun extends ProcessEnd {
  /** What the process wrote, before masking. */
  lines: OutputLine[]
  /** As in the downloaded log, masked. */
  log: string[]
  annotations: Record<AnnotationKind, Annotation[]>
  groups: LogGroup[]
  outputs: Record<string, string>
  /** What it saved for the post step. */
  state: Record<string, string>
  /** What it exported to the steps behind it. */
  exported: Record<string, string>
  /** The job summary as written, before masking. */
  summary: string
  /** The most bytes that lay in workspace, temp and home at once while it ran. */
  peakFileBytes: number
}

export interface ActionRun {
  /** As the step's mark in the user interface. */
  conclusion: 'success' | 'failure' | 'cancelled'
  /** Undefined when only the post step was asked for. */
  main: StepRun | undefined
  /** Undefined when it did not run. */
  post: StepRun | undefined
  /** What lay in workspace, temp and home at the end. */
  leftFiles: LeftFile[]
}

/**
 * Runs an action as GitHub's runner does: inputs with their defaults as `INPUT_…`, files for outputs, state and
 * summary, a clean environment, Node 24, a fresh workspace; then the post step with the state of the main step. Throws
 * when a step goes past what GitHub takes (see `assertLimits`), or writes what the runner would refuse.
 */
export async function runAction(options: RunOptions): Promise<ActionRun> {
  const file = await readActionFile(options.action)
  const folder = await RunFolder.make(options.folder)
  try {
    const masks = new Masks()
    for (const secret of options.secrets ?? []) masks.add(secret)
    const step: Step = { file, folder, masks, options }

    const main = options.state === undefined ? await runStep(step, 'main', file.main, {}) : undefined
    const conclusion = conclude(main)
    const isPostDue = file.post !== undefined && options.post !== 'lost' && postRuns(file.postIf, conclusion)
    const post =
      isPostDue && file.post !== undefined
        ? await runStep(step, 'post', file.post, {
            ...main?.exported,
            ...stateVariables(options.state ?? main?.state ?? {}),
          })
        : undefined
    return { conclusion, main, post, leftFiles: folder.leftFiles() }
  } finally {
    await folder.remove()
  }
}

interface Step {
  file: ActionFile
  folder: RunFolder
  masks: Masks
  options: RunOptions
}

async function runStep(
  { file, folder, masks, options }: Step,
  name: 'main' | 'post',
  script: string,
  carried: Readonly<Record<string, string>>,
): Promise<StepRun> {
  const full = name === 'main' ? (options.full ?? []) : []
  const files = await folder.commandFiles(name)
  for (const variable of full) files[variable] = '/dev/full'
  let peakFileBytes = 0
  const child = new StepProcess(script, {
    within: options.within ?? [],
    cwd: folder.workspace,
    env: {
      PATH: process.env['PATH'] ?? '/usr/bin:/bin',
      HOME: folder.home,
      // Hundreds of runs of one bundle: each would compile it anew.
      NODE_COMPILE_CACHE: join(__dirname, '../../.work/compile-cache'),
      ...runnerVariables(folder),
      ...(options.debug ? { RUNNER_DEBUG: '1' } : {}),
      ...inputVariables(file.defaults, options.inputs ?? {}),
      ...movedClock(options.clockAheadMs),
      ...options.env,
      ...carried,
      ...files,
    },
    onPoll: () => {
      peakFileBytes = Math.max(peakFileBytes, folder.usedBytes())
    },
  })

  const watchers: ((line: string) => void)[] = []
  const at = (moment: Moment | undefined, act: () => void) => {
    if (typeof moment === 'number') child.later(moment, act)
    if (typeof moment === 'function') watchers.push(line => moment(line) && act())
    if (moment instanceof Promise) void moment.then(act, () => {})
  }
  if (name === 'main') {
    at(options.cancelAfter, () => child.cancel())
    at(options.killAfter, () => child.kill())
  }

  const reader = new OutputReader(masks, {
    debug: options.debug ?? false,
    onLine: line => {
      for (const watch of watchers) watch(line)
    },
    onLog: options.onLog ?? (() => {}),
  })
  const { stdout, stderr } = child.child
  if (stdout === null || stderr === null) throw new Error('The step has no output to read.')
  const [end] = await Promise.all([child.end, reader.read('stdout', stdout), reader.read('stderr', stderr)])

  const text = async (path: string) => (path === '/dev/full' ? '' : readFile(path, 'utf8'))
  const run: StepRun = {
    ...end,
    lines: reader.lines,
    log: reader.log,
    annotations: reader.annotations,
    groups: reader.groups,
    outputs: { ...reader.outputs, ...parseFileCommands(await text(files.GITHUB_OUTPUT)) },
    state: { ...reader.state, ...parseFileCommands(await text(files.GITHUB_STATE)) },
    exported: parseFileCommands(await text(files.GITHUB_ENV)),
    summary: await text(files.GITHUB_STEP_SUMMARY),
    peakFileBytes: Math.max(peakFileBytes, folder.usedBytes()),
  }
  assertLimits(run)
  return run
}

function movedClock(aheadMs: number | undefined): Record<string, string> {
  if (aheadMs === undefined) return {}
  return { NODE_OPTIONS: `--require ${join(__dirname, 'moved-clock.cjs')}`, CLOCK_AHEAD_MS: String(aheadMs) }
}

function conclude(main: StepRun | undefined): ActionRun['conclusion'] {
  if (main === undefined) return 'success'
  if (main.signals.includes('SIGINT')) return 'cancelled'
  return main.exitCode === 0 ? 'success' : 'failure'
}

function stateVariables(state: Readonly<Record<string, string>>): Record<string, string> {
  return Object.fromEntries(Object.entries(state).map(([name, value]) => [`STATE_${name}`, value]))
}
