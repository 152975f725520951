import { mergeReports } from '../../../../../src/commands/backup/preflight/preflight'
import { checkBucket } from '../../../../../src/commands/backup/preflight/preflight-store'
import { refuseErrors } from '../../../../../src/commands/refuse-errors'
import type { Finding } from '../../../../../src/findings/finding'
import { unfinishedUploadsRule } from '../../../../../src/store/s3/bucket-facts'
import { policyStatement } from '../../../../../src/store/s3/policy-statement'
import { refusal } from '../../../inputs/reading'

const finding = (level: Finding['level'], what: string): Finding => ({
  code: 'a-code',
  level,
  what,
  fix: `fix ${what}\nGRANT`,
})

describe('mergeReports', () => {
  it('puts what is wrong first and says nothing twice', () => {
    const merged = mergeReports([
      { findings: [finding('warning', 'a'), finding('error', 'b')], facts: ['1'] },
      { findings: [finding('error', 'b'), finding('error', 'c')], facts: ['2'] },
    ])
    expect(merged.findings.map(({ what }) => what)).toEqual(['b', 'c', 'a'])
    expect(merged.facts).toEqual(['1', '2'])
  })
})

describe('refuseErrors', () => {
  it('lets warnings pass', () => {
    expect(() => refuseErrors({ findings: [finding('warning', 'a')] })).not.toThrow()
  })

  it('tells a single thing with its fix', () => {
    const error = refusal(() => refuseErrors({ findings: [finding('error', 'a')] }))
    expect(error).toMatchObject({ message: 'a', advice: 'fix a\nGRANT' })
  })

  it('counts and lists several', () => {
    const error = refusal(() => refuseErrors({ findings: [finding('error', 'a'), finding('error', 'b')] }))
    expect(error.message).toBe('2 things are wrong: (1) a (2) b')
    expect(error.faults.map(({ advice }) => advice)).toEqual(['fix a\nGRANT', 'fix b\nGRANT'])
  })
})

describe('judgeBucket', () => {
  const settings = { bucket: 'acme', prefix: 'hourly', region: 'eu-central-1' }

  it('says nothing of what is not known', () => {
    expect(checkBucket({}, settings)).toEqual({ findings: [], facts: [] })
  })

  it('writes the whole command where there are no rules, and only the rule where a command would drop the others', () => {
    const rule =
      '{"ID":"parts of unfinished uploads","Status":"Enabled","Filter":{"Prefix":"hourly/"},"AbortIncompleteMultipartUpload":{"DaysAfterInitiation":2}}'
    const fixes = (unfinishedUploads: 'never' | 'other-rules') =>
      checkBucket({ unfinishedUploads }, settings).findings.map(({ fix }) => fix?.split('\n')[1])
    expect(fixes('never')).toEqual([
      `aws s3api put-bucket-lifecycle-configuration --bucket acme --region eu-central-1 --lifecycle-configuration '{"Rules":[${rule}]}'`,
    ])
    expect(fixes('other-rules')).toEqual([rule])
  })

  it('says how long Object Lock keeps each version', () => {
    const { findings, facts } = checkBucket({ retention: { period: '30 days', mode: 'GOVERNANCE' } }, settings)
    expect(findings).toEqual([])
    expect(facts).toEqual([expect.stringMatching(/^Object Lock \(GOVERNANCE\) keeps each version for 30 days: /)])
  })

  it('is content with versions and a rule of two days, and not with a rule of one', () => {
    expect(checkBucket({ versioning: 'on', unfinishedUploads: { days: 2 } }, settings).findings).toEqual([])
    expect(checkBucket({ versioning: 'off', unfinishedUploads: { days: 1 } }, settings).findings).toHaveLength(2)
  })
})

describe('unfinishedUploadsRule', () => {
  const abort = { AbortIncompleteMultipartUpload: { DaysAfterInitiation: 3 } }

  it.each([
    [{ Filter: { Prefix: 'hourly/' } }, { days: 3 }],
    [{ Filter: {} }, { days: 3 }],
    [{ Prefix: 'hour' }, { days: 3 }],
    [{ Filter: { Prefix: 'other/' } }, 'other-rules'],
    [{ Filter: { Prefix: 'hourly/deeper/' } }, 'other-rules'],
  ])('reads whether the rule %j covers the prefix', (where, expected) => {
    expect(unfinishedUploadsRule([{ Status: 'Enabled', ...where, ...abort }], 'hourly')).toEqual(expected)
  })

  it('passes over rules that are off', () => {
    expect(unfinishedUploadsRule([{ Status: 'Disabled', ...abort }], '')).toBe('other-rules')
  })
})

describe('policyStatement', () => {
  it.each([
    ['eu-central-1', 'hourly', 'arn:aws:s3:::acme/hourly/*'],
    ['cn-north-1', '', 'arn:aws-cn:s3:::acme/*'],
    ['us-gov-west-1', 'a/b', 'arn:aws-us-gov:s3:::acme/a/b/*'],
  ])('names the objects of the prefix in %s', (region, prefix, resource) => {
    expect(JSON.parse(policyStatement('s3:GetObject', { bucket: 'acme', prefix, region })).Resource).toBe(resource)
  })
})
