import { bucketView } from '../../servers/bucket-view'
import { testSql } from '../../servers/test-services'
import { brokenRecoveryPoints } from '../bucket-snapshot'
import { expectFailure, openScene, type Scene } from '../failure/failure-scene'

let scene: Scene
beforeAll(async () => {
  scene = await openScene()
})
afterAll(async () => {
  await testSql(scene.services, `DROP USER IF EXISTS ${reader}`)
  await scene.close()
})

const reader = "'guard_reader'@'localhost'"
const password = 'sees no trigger'
const access = { 'mysql-user': 'guard_reader', 'mysql-password': password }

/** Everything that a dump needs but the right to see triggers. */
async function makeReader(): Promise<void> {
  const statements = [
    `CREATE OR REPLACE USER ${reader} IDENTIFIED BY '${password}'`,
    `GRANT SELECT, SHOW VIEW, EVENT, LOCK TABLES ON ${scene.database}.* TO ${reader}`,
    `GRANT SELECT ON mysql.proc TO ${reader}`,
  ]
  await testSql(scene.services, statements.join(';'))
}

describe('a backup whose database user may not see triggers', () => {
  it('fails, and is good once the GRANT of its message was run', async () => {
    await makeReader()
    const { main } = await expectFailure(scene, { inputs: access }, [
      new RegExp(`may be unable to see triggers of "${scene.database}"`),
      /Still safe: Nothing was changed in the bucket/,
    ])
    const message = main?.annotations.error[0]?.message ?? ''
    const grants = message.match(/GRANT .+? TO \S+;/g) ?? []
    expect(grants).toEqual([`GRANT TRIGGER ON \`${scene.database}\`.* TO 'guard_reader'@'localhost';`])

    await testSql(scene.services, grants.join('\n'))
    const run = await scene.run({ inputs: access })
    expect(run.main?.annotations.error).toEqual([])
    expect(run.conclusion).toBe('success')
    expect(warningCodes(run.main?.outputs)).not.toContain('blind-spot')
    const { manifests } = await scene.snapshot()
    expect(manifests['running']?.artifacts[0]).toMatchObject({ content: { triggers: 1 } })
  })

  it('is good and says what it lacks when that is allowed', async () => {
    await makeReader()
    // Without its trigger the database is smaller than in the last recovery point, which is another guard's matter.
    const inputs = { ...access, 'allow-blind-spots': 'triggers', 'accept-shrink': 'true' }
    const run = await scene.run({ inputs })
    expect(run.main?.annotations.error).toEqual([])
    expect(run.conclusion).toBe('success')
    expect(warningCodes(run.main?.outputs)).toContain('blind-spot')
    const bucket = bucketView(scene.services.s3, scene.bucket)
    const manifest: unknown = JSON.parse(await bucket.text('running-backups/running.manifest.json'))
    expect(manifest).toMatchObject({
      artifacts: [{ content: { triggers: 0 } }, {}],
      warnings: expect.arrayContaining([
        { code: 'blind-spot', message: expect.stringMatching(/triggers of .*GRANT TRIGGER ON /) },
      ]),
    })
    expect(brokenRecoveryPoints(await scene.snapshot())).toEqual([])
  })

  it('fails when something else than triggers is allowed', async () => {
    await makeReader()
    const inputs = { ...access, 'allow-blind-spots': 'routines\nevents\nviews' }
    await expectFailure(scene, { inputs }, [/GRANT TRIGGER ON /, /allow-blind-spots/])
  })
})

function warningCodes(outputs: Readonly<Record<string, string>> = {}): string[] {
  const warnings: { code: string }[] = JSON.parse(outputs['warnings'] ?? '[]')
  return warnings.map(({ code }) => code)
}
