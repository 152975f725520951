import { problem, warning } from '../../../src/findings/finding'
import { scrubRestore } from '../../../src/report/scrub'
import { aRestoredDatabase, aRestoredFolder, aRestoreReport } from './a-restore-report'

const secret = 'hunter22'
const scrub = (text: string) => text.replaceAll(secret, '***')

describe('scrubRestore', () => {
  it('leaves no secret in any text', () => {
    const texts = { holds: secret, before: secret, becomes: secret, proof: secret }
    const report = aRestoreReport({
      items: [aRestoredDatabase(texts), aRestoredFolder(texts)],
      warnings: [warning('w', `a ${secret}`, secret)],
      checks: { findings: [problem('p', secret, secret)], facts: [secret] },
      failure: {
        kind: 'failure',
        title: secret,
        what: secret,
        faults: [{ what: secret, fix: secret }],
        safe: secret,
        advice: secret,
        detail: [secret],
      },
    })
    expect(JSON.stringify(scrubRestore(report, scrub))).not.toContain(secret)
  })

  it('leaves a report without secrets as it is', () => {
    const { items: _items, ...report } = aRestoreReport()
    const whole = { ...report, items: [aRestoredDatabase(), aRestoredFolder()] }
    expect(scrubRestore(whole, scrub)).toEqual(whole)
    expect(scrubRestore(whole, scrub)).not.toHaveProperty('failure')
  })
})
