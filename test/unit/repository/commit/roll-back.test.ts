import { rollBack } from '../../../../src/repository/commit/roll-back'
import type { Manifest } from '../../../../src/repository/manifest/manifest'
import { parseManifest } from '../../../../src/repository/manifest/manifest-codec'
import { Death, prefix, slot, World } from '../ring'

const manifestKey = `${prefix}/${slot}.manifest.json`

interface Interrupted {
  world: World
  intent: Manifest
  intentText: string
  before: { text: string | undefined; manifest: Manifest | null }
}

/** A run that got no answer to its first completion; both of its uploads are open. */
async function interrupted({ hasBefore = true } = {}): Promise<Interrupted> {
  const world = new World()
  const contents = (words: string) => [
    { name: 'database', parts: [`${words} rows`] },
    { name: 'codebase', parts: [`${words} files`] },
  ]
  if (hasBefore) await world.publish(await world.prepare(contents('old')))
  const text = hasBefore ? world.text(manifestKey) : undefined
  const prepared = await world.prepare(contents('new'))
  let isDead = false
  world.onOperation = operation => {
    isDead ||= operation === 'completeUpload'
    if (isDead) throw new Death()
  }
  await expect(world.publish(prepared)).rejects.toThrow()
  world.onOperation = () => {}
  return {
    world,
    intent: world.manifest(),
    intentText: world.text(manifestKey),
    before: { text, manifest: text === undefined ? null : parseManifest(text, manifestKey) },
  }
}

const rollingBack = ({ world, intent, intentText, before }: Interrupted) =>
  rollBack(world.repository, intent, intentText, { ...before, now: world.clock.now() })

/** Lets the completion of this upload, whose reply was lost, take place right before the upload is aborted. */
function landBeforeAbort({ world, intent }: Interrupted, name: string): void {
  const artifact = intent.artifacts.find(each => each.name === name)
  if (artifact?.upload === undefined) throw new Error(`The intent has no upload of ${name}.`)
  const { key, bytes, upload } = artifact
  world.onOperation = async (operation, aborted, moment) => {
    if (operation !== 'abortUpload' || aborted !== key || moment !== 'before') return
    world.onOperation = () => {}
    await world.store.completeUpload(key, upload.id, upload.partETags, bytes)
  }
}

describe('rollBack', () => {
  it.each([true, false])('puts back what the slot was (a recovery point: %s)', async hasBefore => {
    const run = await interrupted({ hasBefore })
    expect(await rollingBack(run)).toEqual({ outcome: 'rolled-back', warnings: [] })
    expect(run.world.text(manifestKey)).toBe(run.before.text ?? '')
    expect(run.world.lies()).toEqual([])
    expect(await run.world.openUploads()).toEqual([])
  })

  // Between the proof and the abort: only the proof that comes after the aborts can see it.
  it.each([
    ['database', true],
    ['database', false],
    ['codebase', true],
    ['codebase', false],
  ])(
    'is impossible when the completion of the %s lands right before its abort (a recovery point before: %s)',
    async (name, hasBefore) => {
      const run = await interrupted({ hasBefore })
      landBeforeAbort(run, name)
      expect(await rollingBack(run)).toEqual({ outcome: 'impossible', warnings: [] })
      expect(run.world.text(manifestKey)).toBe(run.intentText)
      expect(run.world.lies()).toEqual([])
    },
  )

  it('keeps the other uploads, which can still follow, when the first one has landed', async () => {
    const run = await interrupted()
    landBeforeAbort(run, 'database')
    await rollingBack(run)
    expect(await run.world.openUploads()).toEqual([expect.stringContaining('codebase')])
  })

  it('leaves a manifest that another run has written in the meantime', async () => {
    const run = await interrupted()
    run.world.onOperation = async (operation, key, moment) => {
      if (operation !== 'abortUpload' || !key.includes('codebase') || moment !== 'after') return
      await run.world.store.putText(manifestKey, 'newer', { contentType: 'application/json' })
    }
    expect(await rollingBack(run)).toEqual({ outcome: 'recovered', warnings: [] })
    expect(run.world.text(manifestKey)).toBe('newer')
  })
})
