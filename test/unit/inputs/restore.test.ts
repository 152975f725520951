import type { InputReader } from '../../../src/inputs/read'
import { loadRestoreInputs, type RestoreInputs } from '../../../src/inputs/restore'
import { faultsOf, given, refusal } from './reading'

const needed = {
  'ssh-host': 'web1.example.com',
  'ssh-user': 'deploy',
  'ssh-password': 'correct horse',
  'ssh-known-hosts': 'SHA256:nThbg6kXUpJWGl7E1IGOCspRomTxdCARLviKw6E5SY8',
  's3-bucket': 'acme-backups',
  's3-region': 'eu-central-1',
}

type Inputs = Readonly<Record<string, string>>

const load = (inputs: Inputs = {}): RestoreInputs => loadRestoreInputs(given({ ...needed, ...inputs }), {})
const refused = (inputs: Inputs) => refusal(() => load(inputs))

describe('loadRestoreInputs', () => {
  it('restores everything of the newest good recovery point and replaces nothing when nothing is said', () => {
    const { ssh, s3, ...rest } = load()
    expect(ssh).toMatchObject({ host: 'web1.example.com', port: 22, user: 'deploy' })
    expect(s3).toMatchObject({ bucket: 'acme-backups' })
    expect(rest).toEqual({
      mysql: {},
      signing: {},
      decryptionKey: [],
      snapshot: { kind: 'latest' },
      databases: 'all',
      paths: 'all',
      overwrite: false,
      safetyBackup: true,
      acceptDifferences: false,
      allowedEntries: new Set(),
      isDryRun: false,
    })
  })

  it('passes on what the groups read', () => {
    const inputs = {
      'mysql-user': 'shop',
      'mysql-password': 'hunter22',
      snapshot: 'Monday-13-00',
      'safety-backup': 'false',
      'accept-differences': 'true',
      'dry-run': 'True',
    }
    expect(load(inputs)).toMatchObject({
      mysql: { user: 'shop', password: 'hunter22' },
      decryptionKey: [],
      snapshot: { kind: 'name', name: 'Monday-13-00' },
      safetyBackup: false,
      acceptDifferences: true,
      isDryRun: true,
    })
  })

  it('names everything that is wrong at once', () => {
    const error = refused({
      'ssh-host': '',
      'ssh-port': '22a',
      'mysql-password': 'secret',
      's3-bucket': '',
      snapshot: 'now?',
      databases: '*\nshop',
      paths: 'relative',
      overwrite: 'yes',
      'safety-backup': 'maybe',
      'allow-entries': 'suid',
      'dry-run': '1',
    })
    expect(faultsOf(error).map(line => /^Inputs? "([a-z0-9-]+)"/.exec(line)?.[1])).toEqual([
      ...['ssh-host', 'ssh-port', 'mysql-password', 's3-bucket', 'snapshot', 'databases', 'paths'],
      ...['overwrite', 'safety-backup', 'allow-entries', 'dry-run'],
    ])
  })

  it('tells a wrong confirmation together with what else is wrong', () => {
    const error = refused({ overwrite: 'true', confirm: 'web2.example.com', 'allow-entries': 'suid' })
    expect(error.message).toMatch(/^2 things are wrong: \(1\) Input "allow-entries" /)
    expect(error.message).toMatch(/\(2\) Input "confirm" must repeat/)
  })

  const secrets = {
    'ssh-key': '-----BEGIN OPENSSH PRIVATE KEY-----\nzq1zq1zq1\n-----END OPENSSH PRIVATE KEY-----',
    'ssh-key-passphrase': 'zq2 zq2',
    'ssh-password': 'zq3\nzq3',
    'mysql-password': 'zq4\nzq4',
    's3-access-key-id': 'zq5 zq5',
    's3-secret-access-key': 'zq6 zq6',
    's3-session-token': 'zq7 zq7',
  }

  it('masks every secret before it reads anything else, and shows none', () => {
    const runtime = given({ ...needed, ...secrets })
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
    const error = refusal(() => loadRestoreInputs(read, {}))
    expect([...runtime.secrets].sort()).toEqual(Object.values(secrets).sort())
    expect([error.message, error.advice, ...error.detail, ...faultsOf(error)].join()).not.toContain('zq')
  })

  it('shows no private key that was pasted into the wrong input', () => {
    const key = secrets['ssh-key']
    const error = refused({ 'ssh-host': key, overwrite: 'true', confirm: key.slice(0, -1) })
    expect([error.message, error.advice, ...error.detail, ...faultsOf(error)].join()).not.toContain('zq')
  })
})

describe('the input "confirm"', () => {
  const host = needed['ssh-host']

  it.each<[string, Inputs]>([
    ['nothing is to be overwritten', {}],
    ['nothing is to be overwritten, whatever it says', { confirm: 'web2.example.com' }],
    ['it repeats the host', { overwrite: 'true', confirm: host }],
    ['it repeats the host in a dry run', { overwrite: 'true', confirm: host, 'dry-run': 'true' }],
    ['it is empty in a dry run, which writes nothing', { overwrite: 'TRUE', 'dry-run': 'True' }],
  ])('lets a restore pass when %s', (_, inputs) => {
    expect(load(inputs).overwrite).toBe('overwrite' in inputs)
  })

  it.each<[string, Inputs, string]>([
    ['it is missing', { overwrite: 'true' }, 'nothing'],
    ['it is missing, under the other spellings of true', { overwrite: 'True' }, 'nothing'],
    ['it names another host', { overwrite: 'true', confirm: 'web2.example.com' }, '"web2.example.com"'],
    ['it is written in another way', { overwrite: 'true', confirm: 'WEB1.example.com' }, '"WEB1.example.com"'],
    ['it says yes', { overwrite: 'true', confirm: 'true' }, '"true"'],
    ['it names another host in a dry run', { overwrite: 'true', 'dry-run': 'true', confirm: 'web2' }, '"web2"'],
  ])('stops a restore that overwrites when %s', (_, inputs, got) => {
    const error = refused(inputs)
    expect(error.message).toBe(
      `Input "confirm" must repeat "ssh-host" ("web1.example.com") with "overwrite: true", got ${got}.`,
    )
    expect(error.advice).toContain('If this is the right server, set "confirm" to "web1.example.com".')
  })

  it('is silent while there is no host that it could repeat', () => {
    expect(refused({ 'ssh-host': '', overwrite: 'true' }).message).toBe('Input "ssh-host" is required, got nothing.')
  })
})

describe('the inputs "databases" and "paths"', () => {
  it.each<[string, RestoreInputs['databases']]>([
    ['*', 'all'],
    ['', 'all'],
    ['# all of them\n', 'all'],
    ['none', []],
    ['shop', ['shop']],
    ['shop=shop_copy\n\n  blog ', ['shop=shop_copy', 'blog']],
    // Which of both it is, the recovery point tells.
    ['a=b=c', ['a=b=c']],
    ['None', ['None']],
  ])('reads the databases %j', (databases, expected) => {
    expect(load({ databases }).databases).toEqual(expected)
  })

  it.each<[string, RestoreInputs['paths']]>([
    ['*', 'all'],
    ['', 'all'],
    ['none', []],
    ['/var/www/html', [{ path: '/var/www/html' }]],
    ['/var//www/html/', [{ path: '/var/www/html' }]],
    ['/var/www/html=/srv/new', [{ path: '/var/www/html', target: '/srv/new' }]],
    ['/var/www/html = /srv/new/', [{ path: '/var/www/html', target: '/srv/new' }]],
    ['/srv/a=b', [{ path: '/srv/a=b' }]],
    ['/srv/a=b=/srv/c', [{ path: '/srv/a=b', target: '/srv/c' }]],
    ['/srv/a=/srv/b=c', [{ path: '/srv/a', target: '/srv/b=c' }]],
    ['/a\n/b=/c', [{ path: '/a' }, { path: '/b', target: '/c' }]],
    // Each in the other's place.
    [
      '/a=/b\n/b=/a',
      [
        { path: '/a', target: '/b' },
        { path: '/b', target: '/a' },
      ],
    ],
    // What is below a name that only begins alike is not inside it.
    ['/srv/a\n/srv/ab', [{ path: '/srv/a' }, { path: '/srv/ab' }]],
  ])('reads the paths %j', (paths, expected) => {
    expect(load({ paths }).paths).toEqual(expected)
  })

  it('is content with one of both', () => {
    expect(load({ databases: 'none' }).paths).toBe('all')
    expect(load({ paths: 'none' }).databases).toBe('all')
  })

  it('refuses to restore nothing', () => {
    expect(refused({ databases: 'none', paths: 'none' }).message).toBe(
      'Inputs "databases" and "paths" are both "none": there is nothing to restore.',
    )
  })

  it.each([
    ['databases', '*\nshop', 'be "*", "none" or names, not a mixture, got "* shop"'],
    ['databases', 'shop\nnone', 'be "*", "none" or names, not a mixture, got "shop none"'],
    ['databases', 'none\n*', 'be "*", "none" or names, not a mixture, got "none *"'],
    ['databases', 'a\0b', 'not contain control characters, got "a\\x00b"'],
    ['paths', '*\n/srv', 'be "*", "none" or names, not a mixture, got "* /srv"'],
    ['paths', 'var/www', 'be absolute paths, got "var/www"'],
    ['paths', '~/site', 'be absolute paths, got "~/site"'],
    ['paths', '/srv/a=srv/b\n/srv/../etc', 'be absolute paths, got "/srv/../etc"'],
    ['paths', '/srv/a=/srv/./b', 'be absolute paths, got "/srv/./b"'],
    ['paths', '/', 'name folders below the root, got "/"'],
    ['paths', '/srv/a=/', 'name folders below the root, got "/"'],
    ['paths', '/srv/a=/dev/shm', 'name folders with real files, got "/dev/shm"'],
    ['paths', '/srv/a=/b\n/srv/a=/c', 'name each folder once, got "/srv/a"'],
  ])('refuses %s %j', (name, value, rule) => {
    expect(refused({ [name]: value }).message).toBe(`Input "${name}" must ${rule}.`)
  })

  it.each([
    ['/srv/a\n/srv/b=/srv/a/b', '/srv/a/b', '/srv/a'],
    ['/srv/b=/srv/a/b\n/srv/c=/srv/a', '/srv/a/b', '/srv/a'],
  ])('refuses to send a folder into the place of another: %j', (paths, inner, outer) => {
    expect(refused({ paths }).message).toBe(
      `Input "paths" must restore no folder into the place of another, here "${outer}", got "${inner}".`,
    )
  })

  it('refuses to send two folders to one place, naming both lines', () => {
    const error = refused({ paths: '/srv/a=/x\n/srv/b=/x/' })
    expect(error.message).toMatch(/^2 things are wrong: .*here "\/x", got "\/x"\./)
  })

  it('lets a folder that lies in a system folder go elsewhere', () => {
    expect(load({ paths: '/dev/shm/site=/srv/site' }).paths).toEqual([{ path: '/dev/shm/site', target: '/srv/site' }])
  })
})

describe('the input "allow-entries"', () => {
  it('takes the kinds, one per line', () => {
    expect(load({ 'allow-entries': '# ours\nset-uid\ndevices\nstatements' }).allowedEntries).toEqual(
      new Set(['set-uid', 'devices', 'statements']),
    )
  })

  it.each(['setuid', 'outside-links', 'set-uid, devices', '*'])('refuses %j', value => {
    expect(refused({ 'allow-entries': value }).message).toBe(
      `Input "allow-entries" must list set-uid, devices, statements, one per line, got "${value}".`,
    )
  })
})
