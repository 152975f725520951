import { spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { mkdir, mkdtemp, readdir, rm, writeFile } from 'node:fs/promises'
import { hostname, tmpdir } from 'node:os'
import { join } from 'node:path'
import { cleanUpRunner } from '../../../../src/commands/verify/clean-up-runner'
import { FailureError } from '../../../../src/runtime/errors'
import type { LocalResult } from '../../../../src/runtime/github/local-command'
import { openDrillFolder } from '../../../../src/sources/drill/drill-folder'
import { ownerText, thisOwner } from '../../../../src/sources/drill/owner'
import { recordingRuntime } from '../../recording-runtime'

const nothing: LocalResult = { exitCode: 0, stdout: '', stderr: '' }

let temp: string
let commands: string[]
/** What `docker ps` prints. */
let containers: string

beforeEach(async () => {
  temp = await mkdtemp(join(tmpdir(), 'clean-up-runner-'))
  commands = []
  containers = ''
})
afterEach(() => rm(temp, { recursive: true, force: true }))

/** Of a process that has just ended. */
function deadOwner(): string {
  return ownerText({ host: hostname(), pid: spawnSync('true').pid, started: '1' })
}

async function aDeadDrill(): Promise<string> {
  const folder = join(temp, 'make-a-backup-drill-dead')
  await mkdir(join(folder, 'database'), { recursive: true })
  await writeFile(join(folder, 'owner'), deadOwner())
  return folder
}

async function cleanUp(
  answer = async (words: string): Promise<LocalResult> => ({
    ...nothing,
    stdout: words.includes(' ps ') ? containers : '',
  }),
) {
  const runtime = recordingRuntime()
  const run = async (program: string, words: readonly string[]) => {
    commands.push([program, ...words].join(' '))
    return answer(commands.at(-1) ?? '')
  }
  await cleanUpRunner({ runtime, run, variables: {}, temps: [temp, join(temp, 'not there')] })
  return runtime.lines.map(({ kind, text }) => `${kind}: ${text}`)
}

describe('cleanUpRunner', () => {
  it('removes the folder of a drill whose process is gone, and ends its server', async () => {
    const folder = await aDeadDrill()
    const server = spawn('sh', ['-c', 'read -r line', `--datadir=${folder}/database`])
    await once(server, 'spawn')
    const ended = once(server, 'exit')
    expect(await cleanUp()).toEqual([`info: Removed what a killed drill left: ${folder}`])
    expect(await ended).toEqual([null, 'SIGKILL'])
    expect(await readdir(temp)).toEqual([])
  })

  it('leaves a drill that is going on, one that is just beginning, and what is no drill', async () => {
    const { path } = await openDrillFolder([temp])
    await mkdir(join(temp, 'make-a-backup-drill-new'))
    await mkdir(join(temp, 'other'))
    expect(await cleanUp()).toEqual([])
    expect(await readdir(temp)).toHaveLength(3)
    expect(await readdir(path)).toEqual(['owner'])
  })

  it('removes the containers of drills whose process is gone, and no other', async () => {
    containers = `dead ${deadOwner()}\nalive ${ownerText(thisOwner())}\nstrange something\n`
    expect(await cleanUp()).toEqual(['info: Removed what a killed drill left: dead'])
    const removals = commands.filter(command => / rm /.test(command))
    expect(removals).toEqual([expect.stringMatching(/ dead$/)])
  })

  it('only warns of what it cannot remove, since that takes nothing from what is to be proven', async () => {
    const failing = async () => {
      throw new FailureError('The engine hangs.')
    }
    expect(await cleanUp(failing)).toEqual([
      'warning: Something that a killed drill left is still on this machine: The engine hangs.',
    ])
  })

  it('hides no fault of the program', async () => {
    const faulty = async () => {
      throw new TypeError('x is not a function')
    }
    await expect(cleanUp(faulty)).rejects.toThrow('x is not a function')
  })
})
