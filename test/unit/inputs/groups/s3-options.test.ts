import { loadObjectOptions, storageClassWarnings } from '../../../../src/inputs/groups/s3-options'
import { given, refusal } from '../reading'

const load = (inputs: Readonly<Record<string, string>>) => loadObjectOptions(given(inputs))

describe('loadObjectOptions', () => {
  it('is undefined when nothing is set', () => {
    expect(load({})).toBeUndefined()
  })

  it.each(['STANDARD', 'STANDARD_IA', 'INTELLIGENT_TIERING', 'GLACIER_IR', 'DEEP_ARCHIVE', 'COLD_2'])(
    'takes the class %s',
    storageClass => {
      expect(load({ 's3-storage-class': storageClass })).toEqual({ storageClass })
    },
  )

  it.each([
    ['standard_ia', 'Did you mean STANDARD_IA?'],
    ['Standard-IA', 'Did you mean STANDARD_IA?'],
    ['Intelligent Tiering', 'Did you mean INTELLIGENT_TIERING?'],
    ['_X', 'For example: STANDARD_IA'],
    ['STANDARD,GLACIER', 'For example: STANDARD_IA'],
    ['X'.repeat(65), 'For example: STANDARD_IA'],
  ])('refuses the class %s', (value, advice) => {
    const error = refusal(() => load({ 's3-storage-class': value }))
    expect(error.message).toBe(
      `Input "s3-storage-class" must be the name of a storage class in capitals, got "${value}".`,
    )
    expect(error.advice).toBe(advice)
  })

  it.each(['AES256', 'aws:kms', 'aws:kms:dsse'])('takes the encryption %s', kind => {
    expect(load({ 's3-server-side-encryption': kind })).toEqual({ encryption: { kind } })
  })

  it.each(['aes256', 'AWS:KMS', 'true', 'none'])('refuses the encryption %s', value => {
    expect(refusal(() => load({ 's3-server-side-encryption': value })).message).toBe(
      `Input "s3-server-side-encryption" must be AES256, aws:kms or aws:kms:dsse, got "${value}".`,
    )
  })

  it.each([
    ['aws:kms', '1234abcd-12ab-34cd-56ef-1234567890ab'],
    ['aws:kms', 'arn:aws:kms:eu-central-1:123456789012:key/mrk-1234abcd'],
    ['aws:kms:dsse', 'alias/backups_2'],
  ])('takes a key with %s: %s', (kind, kmsKeyId) => {
    expect(load({ 's3-server-side-encryption': kind, 's3-kms-key-id': kmsKeyId })).toEqual({
      encryption: { kind, kmsKeyId },
    })
  })

  it.each([
    [{}, 'Input "s3-kms-key-id" is set without "s3-server-side-encryption".'],
    [{ 's3-server-side-encryption': 'AES256' }, 'Input "s3-kms-key-id" is set with s3-server-side-encryption: AES256.'],
    [
      { 's3-server-side-encryption': 'kms' },
      'Input "s3-server-side-encryption" must be AES256, aws:kms or aws:kms:dsse, got "kms".',
    ],
  ])('refuses a key with %j', (inputs, message) => {
    expect(refusal(() => load({ ...inputs, 's3-kms-key-id': 'alias/backups' })).message).toBe(message)
  })

  it.each(['two words', 'key;x', 'ключ'])('refuses the key %s', value => {
    const inputs = { 's3-server-side-encryption': 'aws:kms', 's3-kms-key-id': value }
    expect(refusal(() => load(inputs)).message).toBe(
      `Input "s3-kms-key-id" must be the id, the ARN or the alias of a key, got "${value}".`,
    )
  })
})

describe('storageClassWarnings', () => {
  it.each([undefined, 'STANDARD', 'INTELLIGENT_TIERING', 'EXPRESS_ONEZONE', 'COLD_2'])('is silent on %s', name => {
    expect(storageClassWarnings(name)).toEqual([])
  })

  it.each([
    ['STANDARD_IA', 30, false],
    ['ONEZONE_IA', 30, false],
    ['GLACIER_IR', 90, false],
    ['GLACIER', 90, true],
    ['DEEP_ARCHIVE', 180, true],
  ])('says what %s costs in a ring', (name, days, mustThaw) => {
    const [warning] = storageClassWarnings(name)
    expect(warning?.code).toBe('storage-class')
    expect(warning?.what).toContain(`${name} charges for at least ${days} days`)
    expect(warning?.what.includes('takes hours before it can be read')).toBe(mustThaw)
  })
})
