import { mkdtemp, readdir, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { drillOnRunner } from '../../../../src/commands/verify/drill'
import type { PointToDrill } from '../../../../src/commands/verify/point'
import { memoryStore } from '../../../memory/memory-store'
import { plainCommand } from '../../../servers/processes/plain-command'
import { recordingRuntime } from '../../recording-runtime'
import { soundOf } from '../restore/a-restore'
import { prefix, storePoint } from '../stored-point'

describe('drillOnRunner', () => {
  const store = memoryStore()
  const runtime = recordingRuntime()
  let temp: string
  beforeEach(async () => {
    temp = await mkdtemp(join(tmpdir(), 'drill-'))
  })
  afterEach(() => rm(temp, { recursive: true }))

  async function aPoint(): Promise<PointToDrill> {
    const manifest = await storePoint(store)
    return { name: manifest.slot, repository: { store, prefix }, slot: manifest.slot, manifest, sound: [] }
  }

  function drill(point: PointToDrill, drillChecks: string[] = []) {
    const inputs = { drillServer: 'auto', drillChecks, allowedEntries: new Set<never>() }
    const variables = { PATH: process.env['PATH'] ?? '' }
    return drillOnRunner(inputs, { runtime, run: plainCommand, variables, temps: [temp] })(point, runtime.signal)
  }

  it.each(['database', 'files'])('refuses %s for which the runner has no room, and leaves nothing', async kind => {
    const point = await aPoint()
    const { databases, files } = soundOf(point.manifest)
    const sound = [...databases, ...(files === undefined ? [] : [files])].filter(
      ({ artifact }) => artifact.kind === kind,
    )
    for (const { artifact } of sound) artifact.content.bytes = 1e18
    await expect(drill({ ...point, sound })).rejects.toThrow("of the runner's disk, and")
    expect(await readdir(temp)).toEqual([])
  })

  it('does not let checks pass that nobody can answer', async () => {
    const { findings } = await drill(await aPoint(), ['SELECT 1'])
    expect(findings).toEqual([
      {
        code: 'drill-check',
        level: 'error',
        isDrillOnly: true,
        what: expect.stringContaining('"SELECT 1" needs a database, and '),
      },
    ])
    expect(await readdir(temp)).toEqual([])
  })
})
