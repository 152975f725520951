import { problem, warning } from '../../../../src/findings/finding'
import {
  type PreflightReport,
  preflightLines,
  preflightVerdict,
  scrubPreflight,
} from '../../../../src/findings/preflight'
import { preflightSection } from '../../../../src/report/summary/preflight-section'

const report: PreflightReport = {
  findings: [
    {
      code: 'blind-spot',
      level: 'error',
      what: 'It may not see *triggers* of "shop".',
      fix: 'Run this:\nGRANT TRIGGER ON `shop`.* TO `b`;',
    },
    warning('versioning', 'No versions.', 'aws s3api put-bucket-versioning --bucket acme'),
  ],
  facts: ['Tools: <tar> 1.34'],
}

describe('preflightVerdict', () => {
  it.each<[PreflightReport['findings'], string]>([
    [report.findings, '1 thing is wrong, and 1 warning.'],
    [report.findings.slice(1), 'Everything a backup needs is there, with 1 warning.'],
    [[], 'Everything a backup needs is there.'],
    [Array.from({ length: 7 }, () => problem('z', 'x', 'y')), '7 things are wrong.'],
  ])('says it in one sentence', (findings, verdict) => {
    expect(preflightVerdict({ findings })).toBe(verdict)
  })
})

describe('preflightLines', () => {
  it('names what is fine, then every finding with its fix', () => {
    expect(preflightLines(report)).toEqual([
      'ok      Tools: <tar> 1.34',
      'error   It may not see *triggers* of "shop".',
      '        Run this:',
      '        GRANT TRIGGER ON `shop`.* TO `b`;',
      'warning No versions.',
      '        aws s3api put-bucket-versioning --bucket acme',
      '1 thing is wrong, and 1 warning.',
    ])
  })
})

describe('preflightSection', () => {
  it('shows statements as code to copy, and every text as text', () => {
    expect(preflightSection(report)).toBe(
      [
        '❌ **1 thing is wrong, and 1 warning.** Nothing was stored.',
        '### What is wrong',
        '1. It may not see &#42;triggers&#42; of "shop".<br>Run this:<br><code>GRANT TRIGGER ON &#96;shop&#96;.&#42; TO &#96;b&#96;;</code>',
        '### Warnings',
        '1. No versions.<br><code>aws s3api put-bucket-versioning --bucket acme</code>',
        '### What is fine',
        '- Tools: &#60;tar&#62; 1.34',
      ].join('\n\n'),
    )
  })

  it('is green, and has no empty parts, when nothing was found', () => {
    expect(preflightSection({ findings: [], facts: [] })).toBe(
      '✅ **Everything a backup needs is there.** Nothing was stored.',
    )
  })
})

describe('scrubPreflight', () => {
  it('lets no secret through, wherever it stands', () => {
    const scrubbed = scrubPreflight({ findings: [problem('d', 'a s3cret', 'b s3cret')], facts: ['c s3cret'] }, text =>
      text.replaceAll('s3cret', '***'),
    )
    expect(scrubbed).toEqual({
      findings: [problem('d', 'a ***', 'b ***')],
      facts: ['c ***'],
    })
  })
})
