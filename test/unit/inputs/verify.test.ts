import { loadVerifyInputs } from '../../../src/inputs/verify'
import { given, refusal } from './reading'

const needed = { 's3-bucket': 'acme-backups', 's3-region': 'eu-central-1' }

const load = (inputs: Readonly<Record<string, string>> = {}) => loadVerifyInputs(given({ ...needed, ...inputs }), {})

describe('loadVerifyInputs', () => {
  it('reads the newest good recovery point, byte by byte, when nothing is said', () => {
    expect(load()).toMatchObject({
      level: 'read',
      drillServer: 'auto',
      drillChecks: [],
      allowedEntries: new Set(),
    })
    expect(load().snapshot).toEqual(load({ snapshot: 'latest' }).snapshot)
    expect(load().snapshot).not.toBe('all')
  })

  it('takes all', () => {
    expect(load({ snapshot: 'all', level: 'stored' })).toMatchObject({ snapshot: 'all', level: 'stored' })
  })

  it.each(['auto', 'local', 'mariadb', 'mysql:8.4', 'registry.example.com:5000/acme/mariadb@sha256:abc'])(
    'takes the drill server %s',
    server => {
      expect(load({ level: 'restore', 'drill-server': server }).drillServer).toBe(server)
    },
  )

  it('takes what a drill may run besides, as a restore does', () => {
    expect(load({ 'allow-entries': 'statements\nset-uid' }).allowedEntries).toEqual(new Set(['statements', 'set-uid']))
    expect(refusal(() => load({ 'allow-entries': 'everything' })).message).toContain('"everything"')
  })

  it('takes one check a line, with or without its semicolon', () => {
    const checks = 'SELECT COUNT(*) > 0 FROM shop.orders;\n\n# a comment\nSELECT 1'
    expect(load({ level: 'restore', 'drill-checks': checks }).drillChecks).toEqual([
      'SELECT COUNT(*) > 0 FROM shop.orders',
      'SELECT 1',
    ])
  })

  it.each(['SELECT 1; SELECT 0', '-- SELECT 1', ';'])(
    'refuses a line of checks that is not one statement: %s',
    line => {
      const error = refusal(() => load({ level: 'restore', 'drill-checks': `SELECT 1\n${line}` }))
      expect(error.message).toBe(`Input "drill-checks" must have one statement per line, got ${JSON.stringify(line)}.`)
      expect(error.advice).toContain('on its own line')
    },
  )

  it.each([
    ['level', 'deep', 'Input "level" must be stored, read or restore, got "deep".'],
    [
      'drill-server',
      '--privileged',
      'Input "drill-server" must be auto, local or the name of an image, got "--privileged".',
    ],
    ['drill-server', 'mysql 8', 'Input "drill-server" must be auto, local or the name of an image, got "mysql 8".'],
  ])('refuses %s %j', (name, value, message) => {
    expect(refusal(() => load({ level: 'restore', [name]: value })).message).toBe(message)
  })

  it.each([
    [{ 'drill-checks': 'SELECT 1' }, 'Input "drill-checks" requires "level: restore", got "level: read".'],
    [
      { 'drill-server': 'local', level: 'stored' },
      'Input "drill-server" requires "level: restore", got "level: stored".',
    ],
  ])('refuses a drill that would never run: %j', (inputs, message) => {
    const error = refusal(() => load(inputs))
    expect(error.message).toBe(message)
    expect(error.advice).toContain('Set "level: restore"')
  })

  it('masks the keys before anything can be refused', () => {
    const read = given({ 's3-secret-access-key': 'a-secret-key', level: 'deep' })
    expect(refusal(() => loadVerifyInputs(read, {})).message).not.toContain('a-secret-key')
    expect(read.secrets).toContain('a-secret-key')
  })
})
