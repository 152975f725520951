import { expectCleanPost, expectNothingLeft, openScene, type Scene } from '../failure/failure-scene'

let scene: Scene
beforeAll(async () => {
  scene = await openScene()
})
afterAll(() => scene?.close())

describe('a dry run', () => {
  it('looks at everything, says so and stores nothing', async () => {
    const before = await scene.snapshot()
    const run = await scene.run({ inputs: { 'dry-run': 'true' } })
    const { conclusion, main } = run
    expect(main?.annotations.error).toEqual([])
    expect(conclusion).toBe('success')
    expect(main?.outputs).toMatchObject({ status: 'dry-run', artifacts: '[]', bytes: '0' })
    expect(main?.summary).toMatch(/Everything a backup needs is there.*Nothing was stored/s)
    expect(main?.summary).toContain(scene.services.ssh.host)
    expect(main?.annotations.notice).toMatchObject([
      { title: 'Dry run', message: expect.stringContaining('Everything a backup needs is there') },
    ])
    expect(await scene.snapshot()).toEqual(before)
    await expectNothingLeft(scene)
    expectCleanPost(run)
  })

  it('names all that is wrong at once', async () => {
    const before = await scene.snapshot()
    const { tools } = scene
    tools.remove('rsync')
    try {
      const run = await scene.run({
        inputs: { 'dry-run': 'true', databases: 'no_such_shop', paths: '/no/such/folder' },
      })
      expect(run.conclusion).toBe('failure')
      const [{ message = '' } = {}] = run.main?.annotations.error ?? []
      for (const problem of [/^\d things are wrong\.\n1\. /, /no_such_shop/, /\/no\/such\/folder/, /rsync/]) {
        expect(message).toMatch(problem)
        expect(run.main?.annotations.error).toHaveLength(1)
      }
      for (const problem of [/things are wrong/, /no_such_shop/, /\/no\/such\/folder/, /rsync/])
        expect(run.main?.summary).toMatch(problem)
      expect(run.main?.outputs['status']).toBe('dry-run')
      expect(await scene.snapshot()).toEqual(before)
      await expectNothingLeft(scene)
    } finally {
      tools.restore()
    }
  })

  it('names what a wrong password and a bucket that is not there have in common: both at once', async () => {
    const inputs = {
      'dry-run': 'true',
      'mysql-password': 'not the right one at all',
      's3-bucket': 'no-such-bucket-anywhere',
    }
    const { main, conclusion } = await scene.run({ inputs })
    expect(conclusion).toBe('failure')
    const [{ message = '' } = {}] = main?.annotations.error ?? []
    expect(message).toMatch(/refused the login/)
    expect(message).toMatch(/no-such-bucket-anywhere/)
  })
})
