import { mkdir, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { endProcessesOf } from '../test/servers/processes/left-processes'
import { type RunningServices, startServices } from '../test/servers/services'
import type { BenchPlace } from './benchmark/bench-place'
import { benchDistance } from './benchmark/distance'
import { benchDatabase } from './benchmark/dumps'
import { benchEncryption } from './benchmark/encryption'
import { benchFiles } from './benchmark/files'
import { benchFirstByte } from './benchmark/first-byte'
import { regressions } from './benchmark/limits'
import { machineFacts } from './benchmark/machine'
import { benchTables } from './benchmark/many-tables'
import { benchMemory } from './benchmark/memory'
import { type BenchOptions, type Part, readOptions } from './benchmark/options'
import type { Section } from './benchmark/report-rows'
import { benchRestores } from './benchmark/restores'
import { saveSections } from './benchmark/save-tables'
import { benchTree } from './benchmark/unchanged-tree'
import { benchWeek } from './benchmark/week'

const root = join(__dirname, '..')
const folder = join(root, '.work/bench')

const benches: Record<Part, (place: BenchPlace) => Promise<Section[]>> = {
  files: benchFiles,
  database: benchDatabase,
  encryption: benchEncryption,
  restores: benchRestores,
  tables: benchTables,
  'first-byte': benchFirstByte,
  distance: benchDistance,
  memory: benchMemory,
  tree: benchTree,
  week: benchWeek,
}

/** Starts the servers, measures part by part, prints the tables, cleans up, also when it is interrupted. */
async function bench(options: BenchOptions, interrupted: Promise<never>): Promise<void> {
  await endProcessesOf(folder)
  await rm(folder, { recursive: true, force: true })
  await mkdir(folder, { recursive: true, mode: 0o700 })
  let services: RunningServices | undefined
  const work = async (): Promise<void> => {
    say('Starting sshd, MariaDB and Ceph RGW on 127.0.0.1')
    const facts = await machineFacts()
    for (const fact of facts) say(fact)
    services = await startServices(folder)
    const sections: Section[] = []
    for (const part of options.parts) {
      const data = join(services.folder, part)
      for (const section of await benches[part]({ services, options, folder: data, say })) {
        sections.push(section)
        console.log(`\n${markdownOf(section)}\n`)
      }
      await rm(data, { recursive: true, force: true })
    }
    if (options.isSaved) {
      const day = `Measured on ${new Date().toISOString().slice(0, 10)}.`
      const machine = { title: 'The machine', text: facts.map(fact => `- ${fact}`).join('\n') }
      const saved = sections.map(({ title, lines }) => ({ title, text: `${lines.join('\n')}\n\n${day}` }))
      await saveSections(join(root, 'docs/performance.md'), [machine, ...saved])
    }
    const red = regressions(sections.flatMap(({ measured = [] }) => measured))
    if (red.length > 0) throw new Error(`Above the limit:\n${red.join('\n')}`)
    say('Every figure is within its limit.')
  }
  try {
    await Promise.race([work(), interrupted])
  } finally {
    await services?.stop()
    // What was being measured goes with it.
    await endProcessesOf(folder)
    await rm(folder, { recursive: true, force: true })
  }
}

function markdownOf({ title, lines }: Section): string {
  return `### ${title}\n\n${lines.join('\n')}`
}

function say(text: string): void {
  console.error(text)
}

async function main(): Promise<void> {
  const interrupted = new Promise<never>((_, reject) => {
    for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const)
      process.once(signal, () => reject(new Error(`Ended by ${signal}.`)))
  })
  try {
    await bench(readOptions(process.argv.slice(2)), interrupted)
  } catch (error) {
    console.error(error instanceof Error ? error.message : error)
    process.exitCode = 1
  }
  process.exit()
}

void main()
