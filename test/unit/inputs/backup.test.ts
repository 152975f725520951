import { loadBackupInputs } from '../../../src/inputs/backup'
import type { InputReader } from '../../../src/inputs/read'
import { faultsOf, given, refusal } from './reading'

const good = {
  'ssh-host': 'web1.example.com',
  'ssh-user': 'backup',
  'ssh-password': 'correct horse',
  'ssh-known-hosts': 'SHA256:nThbg6kXUpJWGl7E1IGOCspRomTxdCARLviKw6E5SY8',
  's3-bucket': 'acme-backups',
  's3-region': 'eu-central-1',
  databases: 'shop',
}

describe('loadBackupInputs', () => {
  it('makes one object of all inputs, with the defaults of those that are empty', () => {
    const { ssh, rotation, ...rest } = loadBackupInputs(given(good), {})
    expect(ssh).toMatchObject({
      host: 'web1.example.com',
      port: 22,
      user: 'backup',
      password: 'correct horse',
    })
    expect(rotation.text).toBe('hour-of-week')
    expect(rest).toEqual({
      mysql: {},
      signing: {},
      s3: { bucket: 'acme-backups', prefix: '', region: 'eu-central-1' },
      databases: ['shop'],
      tables: { exclude: [], structureOnly: [] },
      exceptDatabases: [],
      dumpOptions: [],
      files: {
        paths: [],
        exclude: [],
        mirrorDir: '~/.make-a-backup/mirror',
        compareContents: 'weekly',
        fullEvery: 'run',
      },
      compression: { kind: 'gzip' },
      encryptTo: [],
      timezone: 'UTC',
      tiers: { daily: 0, weekly: 0, monthly: 0, yearly: 0 },
      guards: {
        maxShrink: { kind: 'percent', percent: 50 },
        acceptShrink: false,
        adoptPrefix: false,
        allowedBlindSpots: new Set(),
      },
      allowEmpty: false,
      hooks: {},
      hasStatusPage: true,
      isDryRun: false,
    })
  })

  it('passes on what the groups read', () => {
    const inputs = {
      'keep-weekly': '8',
      'max-shrink': 'off',
      'before-command': 'wp maintenance-mode activate',
      'heartbeat-url': 'https://hc-ping.com/a1b2c3',
      'dry-run': 'true',
      's3-storage-class': 'STANDARD_IA',
      'ssh-proxy-jump': 'jump@bastion:2222',
    }
    const loaded = loadBackupInputs(given({ ...good, ...inputs }), {})
    expect(loaded).toMatchObject({
      tiers: { weekly: 8 },
      guards: { maxShrink: { kind: 'off' } },
      hooks: { before: 'wp maintenance-mode activate' },
      heartbeatUrl: 'https://hc-ping.com/a1b2c3',
      isDryRun: true,
    })
    expect(loaded.s3.objects).toEqual({ storageClass: 'STANDARD_IA' })
    expect(loaded.ssh.jump).toMatchObject({ user: 'jump', host: 'bastion', port: 2222 })
  })

  it('takes the region from the environment', () => {
    const { s3 } = loadBackupInputs(given({ ...good, 's3-region': '' }), { AWS_REGION: 'us-west-2' })
    expect(s3.region).toBe('us-west-2')
  })

  it.each([
    ['databases', { databases: '*', paths: '' }, 'all', 0],
    ['paths', { databases: '', paths: '/var/www/html' }, [], 1],
  ])('is content with %s alone', (_, inputs, databases, paths) => {
    const loaded = loadBackupInputs(given({ ...good, ...inputs, 'allow-empty': 'true' }), {})
    expect(loaded.databases).toEqual(databases)
    expect(loaded.files.paths).toHaveLength(paths)
    expect(loaded.allowEmpty).toBe(true)
  })

  it.each(['', '# nothing yet'])('refuses to back up nothing: %j', databases => {
    expect(refusal(() => loadBackupInputs(given({ ...good, databases }), {})).message).toBe(
      'Inputs "databases" and "paths" are both empty: there is nothing to back up.',
    )
  })

  it('does not call a wrong list an empty one', () => {
    expect(refusal(() => loadBackupInputs(given({ ...good, databases: 'a\0b' }), {})).message).toBe(
      'Input "databases" must not contain control characters, got "a\\x00b".',
    )
  })

  it('refuses an unclear switch', () => {
    expect(refusal(() => loadBackupInputs(given({ ...good, 'allow-empty': 'yes' }), {})).message).toBe(
      'Input "allow-empty" must be true or false, got "yes".',
    )
  })

  it('names everything that is wrong at once', () => {
    const inputs = {
      'ssh-host': 'deploy@web1',
      'ssh-port': '22a',
      's3-bucket': 's3://acme',
      'mysql-password': 'secret',
      databases: 'mysql\nshop',
      paths: 'relative',
      compression: 'rar',
      timezone: '+02:00',
      'ssh-proxy-jump': 'bastion',
      's3-storage-class': 'cold',
      'keep-daily': 'x',
      'max-shrink': '50',
      'dry-run': 'maybe',
      'before-command': 'a\0b',
      'heartbeat-url': 'hc-ping.com/a1b2',
    }
    const error = refusal(() => loadBackupInputs(given(inputs), {}))
    expect(error.title).toBe('input "ssh-host" must be a host name or an IP address, got "deploy@web1", and 17 more')
    expect(error.faults.map(({ message }) => /^Inputs? "([a-z0-9-]+)"/.exec(message)?.[1])).toEqual([
      'ssh-host',
      'ssh-port',
      'ssh-user',
      'ssh-key',
      'ssh-proxy-jump',
      'mysql-password',
      's3-bucket',
      's3-region',
      's3-storage-class',
      'databases',
      'paths',
      'compression',
      'timezone',
      'keep-daily',
      'max-shrink',
      'before-command',
      'heartbeat-url',
      'dry-run',
    ])
  })

  const secrets = {
    'ssh-key': '-----BEGIN OPENSSH PRIVATE KEY-----\nzq1zq1zq1\n-----END OPENSSH PRIVATE KEY-----',
    'ssh-key-passphrase': 'zq2 zq2',
    'ssh-password': 'zq3\nzq3',
    'signing-key': 'zq9 zq9',
    'mysql-password': 'zq4\nzq4',
    's3-access-key-id': 'zq5 zq5',
    's3-secret-access-key': 'zq6 zq6',
    's3-session-token': 'zq7 zq7',
    'heartbeat-url': 'https://hc.example/zq8 zq8',
  }

  it('masks every secret before it reads anything else', () => {
    const runtime = given({ ...good, ...secrets })
    const others: string[] = []
    const read: InputReader = {
      mask: secret => {
        if (others.length === 0) runtime.mask(secret)
      },
      input: name => {
        if (!Object.keys(secrets).includes(name)) others.push(name)
        return runtime.input(name)
      },
    }
    refusal(() => loadBackupInputs(read, {}))
    expect(others.length).toBeGreaterThan(20)
    expect([...runtime.secrets].sort()).toEqual(Object.values(secrets).sort())
  })

  it('shows no secret in any error', () => {
    const error = refusal(() => loadBackupInputs(given({ ...good, ...secrets }), {}))
    expect(error.faults).toHaveLength(8)
    expect([error.message, error.advice, ...faultsOf(error)].join()).not.toContain('zq')
  })

  it.each([
    ['mysql-user', 'site'],
    ['mysql-socket', '/run/mysqld/mysqld.sock'],
  ])('refuses a login for the database without a database: %s', (name, value) => {
    const files = { ...good, databases: '# none yet', paths: '/var/www/html', [name]: value }
    const error = refusal(() => loadBackupInputs(given(files), {}))
    expect(error.message).toBe(`Input "databases" is empty, although "${name}" is set: no database would be backed up.`)
    expect(error.advice).toContain(`remove "${name}"`)
  })
})
