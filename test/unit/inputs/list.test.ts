import { loadListInputs } from '../../../src/inputs/list'
import { given, refusal } from './reading'

const needed = { 's3-bucket': 'acme-backups', 's3-region': 'eu-central-1' }
const load = (inputs: Readonly<Record<string, string>> = {}) => loadListInputs(given({ ...needed, ...inputs }), {})

describe('loadListInputs', () => {
  it('expects nothing when nothing is said', () => {
    expect(load()).toMatchObject({ maxAgeMs: undefined, expectEveryMs: undefined })
    expect(load().s3).toMatchObject({ bucket: 'acme-backups', prefix: '' })
  })

  it('reads both periods', () => {
    const inputs = load({ 'max-age': '90m', 'expect-every': '1h' })
    expect(inputs).toMatchObject({ maxAgeMs: 5_400_000, expectEveryMs: 3_600_000 })
  })

  it.each([
    ['max-age', '3651d', 'from 1m to 3650d'],
    ['expect-every', '4m', 'from 5m to 1d'],
    ['expect-every', '25h', 'from 5m to 1d'],
    ['expect-every', '7d', 'from 5m to 1d'],
  ])('refuses %s: %s', (name, value, range) => {
    expect(refusal(() => load({ [name]: value })).message).toBe(`Input "${name}" must be ${range}, got "${value}".`)
  })

  it('names all that is wrong at once', () => {
    const error = refusal(() => load({ 's3-bucket': '', 'max-age': 'soon', 'expect-every': 'often' }))
    expect(error.faults).toHaveLength(3)
  })

  it('masks the keys before anything can be refused', () => {
    const read = given({ 's3-secret-access-key': 'a-secret-key', 'max-age': 'soon' })
    expect(refusal(() => loadListInputs(read, {})).message).not.toContain('a-secret-key')
    expect(read.secrets).toContain('a-secret-key')
  })
})
