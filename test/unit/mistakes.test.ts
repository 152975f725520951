import type { AuthContext } from 'ssh2'
import { clockDifference } from '../../src/commands/clock-difference'
import { refusalOf } from '../../src/commands/refuse-errors'
import type { Finding } from '../../src/findings/finding'
import { loadBackupInputs } from '../../src/inputs/backup'
import { loadListInputs } from '../../src/inputs/list'
import type { InputReader } from '../../src/inputs/read'
import { loadRestoreInputs } from '../../src/inputs/restore'
import { loadVerifyInputs } from '../../src/inputs/verify'
import { describeFailure, failureAnnotation } from '../../src/report/failure'
import { pathProblems } from '../../src/sources/files/plan/path-problems'
import { databaseError } from '../../src/sources/mysql/client/database-errors'
import type { ServerInventory } from '../../src/sources/mysql/inventory/parse-inventory'
import { databaseProblems } from '../../src/sources/mysql/plan/database-problems'
import { explainDialError } from '../../src/ssh/dial/explain-dial-error'
import { hostNames } from '../../src/ssh/dial/route'
import { parseHostKeyPins } from '../../src/ssh/keys/host-keys'
import { DialError, type DialFailure } from '../../src/ssh/link/dial-error'
import { explainS3Error } from '../../src/store/s3/s3-errors'
import { errorOf } from './error-of'
import { recordingRuntime } from './recording-runtime'
import { connected, serverThat, userKey } from './ssh/a-server'
import { makeKeyPair } from './ssh/keys/some-keys'

type Inputs = Readonly<Record<string, string>>

const good: Inputs = {
  'ssh-host': 'web1.example.com',
  'ssh-user': 'backup',
  'ssh-key': userKey,
  'ssh-known-hosts': 'SHA256:nThbg6kXUpJWGl7E1IGOCspRomTxdCARLviKw6E5SY8',
  's3-bucket': 'acme-backups',
  's3-region': 'eu-central-1',
}

/** A mistake, and what the annotation must have of it: each of `says` in title or text, each of `fix` behind it. */
interface Mistake {
  made: string
  error: () => unknown
  title: string
  says: readonly string[]
  fix: string | RegExp
}

const loadersOf = {
  backup: (read: InputReader) => loadBackupInputs(read, {}),
  restore: (read: InputReader) => loadRestoreInputs(read, {}),
  verify: (read: InputReader) => loadVerifyInputs(read, {}),
  list: (read: InputReader) => loadListInputs(read, {}),
}

function loading(action: keyof typeof loadersOf, inputs: Inputs): unknown {
  try {
    loadersOf[action](recordingRuntime({ inputs }))
  } catch (error) {
    return error
  }
  throw new Error('The inputs were taken.')
}

/** A value for one input; the title and the text name both. */
function wrong(
  made: string,
  input: string,
  value: string,
  fix: string | RegExp,
  facts: { more?: Inputs; action?: keyof typeof loadersOf; shown?: string; title?: string } = {},
): Mistake {
  const { more = {}, action = 'backup', shown = `"${value}"`, title = shown } = facts
  const base = action === 'backup' ? { ...good, databases: 'shop' } : good
  return {
    made,
    error: () => loading(action, { ...base, ...more, [input]: value }),
    ...{ title, says: [`"${input}"`, shown], fix },
  }
}

const encrypted = makeKeyPair(['-t', 'ed25519'], 'open sesame').privateKey
const ppk = 'PuTTY-User-Key-File-3: ssh-ed25519\nEncryption: none\nComment: backup\n'

const inputs: readonly Mistake[] = [
  wrong('a secret under another name', 'ssh-key', '', 'check its name', { shown: 'got neither' }),
  wrong('a variable under another name', 's3-bucket', '', 'check its name', { shown: 'got nothing' }),
  wrong('the public key', 'ssh-key', makeKeyPair().publicKey, 'without ".pub"', { shown: 'is a public key' }),
  wrong('a key of PuTTY', 'ssh-key', ppk, 'puttygen key.ppk', { shown: 'is a PuTTY key (PPK)' }),
  wrong('the path of the key', 'ssh-key', '~/.ssh/id_ed25519', 'Store the content', { shown: 'the path of a file' }),
  wrong('half of the key', 'ssh-key', userKey.slice(0, 120), '-----BEGIN line', {
    shown: 'is not a complete private key',
  }),
  wrong('a passphrase forgotten', 'ssh-key', encrypted, 'pass it as "ssh-key-passphrase"', {
    shown: '"ssh-key-passphrase" is empty',
  }),
  wrong('another passphrase', 'ssh-key-passphrase', 'open barley', 'ssh-keygen -y -f', {
    ...{ more: { 'ssh-key': encrypted }, shown: 'does not open the private key' },
  }),
  wrong('a private key as known hosts', 'ssh-known-hosts', userKey, 'Replace the private key', {
    shown: 'line 1, is part of a private key',
  }),
  wrong('a host key without its host', 'ssh-known-hosts', makeKeyPair().publicKey, '[web1.example.com]:2222', {
    shown: 'has a key but no host before it',
  }),
  wrong('a URL as host', 'ssh-host', 'https://web1.example.com', 'Remove the scheme'),
  wrong('user and host together', 'ssh-host', 'deploy@web1.example.com', '"ssh-user"'),
  wrong('the port in the host', 'ssh-host', 'web1.example.com:2222', '"ssh-port": "2222"'),
  wrong('a port that is no number', 'ssh-port', '22a', 'a whole number from 1 to 65535'),
  wrong('a bucket with its scheme', 's3-bucket', 's3://acme-backups', 'Remove the scheme'),
  wrong('a bucket with a folder', 's3-bucket', 'acme-backups/site', '"s3-prefix"'),
  wrong('an endpoint without https', 's3-endpoint', 's3.example.com', 'https://s3.example.com'),
  wrong('an endpoint with the bucket behind it', 's3-endpoint', 'https://s3.example.com/acme-backups', '"s3-bucket"'),
  wrong(
    'an endpoint with the bucket before it',
    's3-endpoint',
    'https://acme-backups.s3.example.com',
    'https://s3.example.com',
  ),
  wrong('a region left out', 's3-region', '', 'eu-central-1', { shown: 'got nothing' }),
  wrong('one of two S3 keys', 's3-access-key-id', 'AKIAEXAMPLE', 'check its name', { shown: '"s3-secret-access-key"' }),
  wrong('a key with a line break', 's3-secret-access-key', 'abcd\nefgh', 'Store only the key', {
    ...{ more: { 's3-access-key-id': 'AKIAEXAMPLE' }, shown: 'must not contain spaces or line breaks' },
  }),
  wrong('a relative path', 'paths', 'html', '/var/www/html'),
  wrong('an exclude elsewhere', 'exclude', '/srv/cache/', '"/var/www/html/srv/cache/"', {
    more: { paths: '/var/www/html' },
  }),
  wrong('an exclude with a !', 'exclude', '!/var/www/html/keep', /rsync|Remove|Leave/, {
    more: { paths: '/var/www/html' },
  }),
  wrong('neither databases nor paths', 'databases', '', 'Name databases', { shown: '"paths"' }),
  wrong('a login and no database', 'databases', '', 'Name databases', {
    ...{ more: { 'mysql-user': 'shop', paths: '/var/www/html' }, shown: '"mysql-user" is set' },
  }),
  wrong('a boolean in words', 'dry-run', 'yes', 'true or false'),
  wrong('a share without its sign', 'max-shrink', '50', '50%'),
  wrong('an offset as time zone', 'timezone', '+02:00', 'Europe/Berlin'),
  wrong('a placeholder that there is not', 'rotation', '{week}-{hour}', '{weekday} {hour}'),
  wrong('a codec that there is not', 'compression', 'zip', 'gzip, zstd or none'),
  wrong('an alarm without its unit', 'max-age', '90', 'as in: 90h', { action: 'list' }),
  wrong('a slot with a colon', 'snapshot', 'Monday-13:00', /Monday-13-00/, { action: 'restore' }),
  wrong('the name of an object as snapshot', 'snapshot', 'Monday-13-00.manifest.json', 'the slot alone', {
    action: 'restore',
  }),
  wrong('another host confirmed', 'confirm', 'web2', 'set "confirm" to "web1.example.com"', {
    ...{ action: 'restore', more: { overwrite: 'true' } },
  }),
  wrong('a check of a drill without a drill', 'drill-checks', 'SELECT 1', 'Set "level: restore"', {
    ...{ action: 'verify', more: { level: 'read' }, shown: '"level: read"' },
  }),
]

const target = {
  ...{ host: 'web1.example.com', port: 2222, user: 'deploy' },
  hostKeys: parseHostKeyPins(''),
}

function dialing(failure: DialFailure, words: string): () => unknown {
  const names = hostNames(target, undefined, false)
  const facts = { names, through: undefined, offeredKey: undefined, undecided: [], attempts: 1 }
  return () => explainDialError(new DialError(failure, words), target, facts)
}

const s3 = { bucket: 'acme', prefix: 'running-backups', region: 'us-east-1', endpoint: 'https://s3.example.com' }

function asking(code: string, facts: object = {}): () => unknown {
  const operation = { doing: 'list "running-backups/" in s3://acme', right: 's3:ListBucket', key: undefined }
  const said = Object.assign(new Error(code), { name: code, Code: code, $metadata: { httpStatusCode: 400 }, ...facts })
  return () => explainS3Error(said, operation, s3)
}

const findings = (...found: readonly Finding[]) => refusalOf({ findings: found })

function databasesAre(wanted: string, ...names: readonly string[]): () => unknown {
  const nothing = { triggers: [], routines: [], events: [], definers: [], ambiguous: [], tables: [] }
  const found: ServerInventory = {
    ...{ os: '', visible: [...names], canIgnoreTableData: true, defaults: [] },
    inventory: {
      server: { flavor: 'mariadb', version: '10.11.19' },
      ...{ dumpTool: '', user: 'b@localhost', grants: { lines: [], partialRevokes: false } },
      accounts: { seen: new Set(), rights: [], roles: [], defaultRoles: [], plugins: new Map() },
      databases: names.map(name => ({ name, characterSet: 'utf8mb4', collation: 'utf8mb4_bin', ...nothing })),
    },
  }
  const request = { databases: [wanted], exceptDatabases: [], dumpOptions: [], allowEmpty: false }
  const rest = { tables: { exclude: [], structureOnly: [] }, guards: { allowedBlindSpots: new Set<never>() } }
  return () => findings(...databaseProblems({ ...request, ...rest }, found))
}

const folderIs = (path: string, state: 'missing' | 'empty') => () =>
  findings(...pathProblems({ allowEmpty: false, ssh: { ...target } }, { paths: [{ path, state }] }))

const mysqlSays = (words: string) => () => databaseError('mariadb ended with status 1', 1, [words])

const elsewhere: readonly Mistake[] = [
  {
    made: 'a misspelt host',
    error: dialing('name', 'ENOTFOUND'),
    title: '"web1.example.com"',
    says: ['"ssh-host"'],
    fix: 'Check the spelling',
  },
  {
    made: 'a port at which nothing listens',
    error: dialing('refused', ''),
    title: 'web1.example.com:2222',
    says: ['refused'],
    fix: '"ssh-port"',
  },
  {
    made: 'a firewall',
    error: dialing('timeout', 'no answer within 20 s'),
    title: 'web1.example.com:2222',
    says: ['did not answer'],
    fix: 'self-hosted runner',
  },
  {
    made: 'a bucket that is not there',
    error: asking('NoSuchBucket'),
    title: '"acme"',
    says: ['there is no bucket'],
    fix: '"s3-bucket"',
  },
  {
    made: 'another region',
    error: asking('AuthorizationHeaderMalformed', { Region: 'eu-west-1' }),
    title: '"us-east-1"',
    says: ['"eu-west-1"'],
    fix: 'Set the input "s3-region" to "eu-west-1"',
  },
  {
    made: 'another access key',
    error: asking('InvalidAccessKeyId'),
    title: 'access key id',
    says: ['s3://acme'],
    fix: '"s3-access-key-id"',
  },
  {
    made: 'another secret key',
    error: asking('SignatureDoesNotMatch'),
    title: 'secret access key',
    says: ['s3://acme'],
    fix: '"s3-secret-access-key"',
  },
  {
    made: 'no keys at all',
    error: asking('CredentialsProviderError', { $metadata: {} }),
    title: 'no S3 credentials',
    says: ['s3://acme'],
    fix: 'check its name',
  },
  {
    made: 'a right that the policy lacks',
    error: asking('AccessDenied', { $metadata: { httpStatusCode: 403 } }),
    title: 's3:ListBucket',
    says: ['s3://acme'],
    fix: 'arn:aws:s3:::acme',
  },
  {
    made: 'a clock that is wrong',
    error: asking('RequestTimeTooSkewed', { $metadata: { httpStatusCode: 403 } }),
    title: 'clock',
    says: ['15 minutes'],
    fix: 'Set the clock of the runner',
  },
  {
    made: 'a clock that is wrong by hours',
    error: () =>
      findings(
        ...[clockDifference({ now: () => new Date('2026-11-23T13:00:00Z'), aheadMs: () => 7_200_000 })].filter(
          each => each !== undefined,
        ),
      ),
    title: "runner's clock is 2 h ahead",
    says: ['2026-11-23T15:00:00'],
    fix: 'timedatectl set-ntp true',
  },
  {
    made: 'a misspelt database',
    error: databasesAre('shopp', 'blog', 'shop'),
    title: 'database "shopp" does not exist',
    says: ['it sees: "shop", "blog"'],
    fix: 'Check "databases"',
  },
  {
    made: 'two databases on one line',
    error: databasesAre('shop, blog', 'blog', 'shop'),
    title: 'database "shop, blog" does not exist',
    says: ['it sees'],
    fix: 'a line of its own',
  },
  {
    made: 'a database without tables',
    error: databasesAre('shop', 'shop'),
    title: 'database "shop"',
    says: ['has no tables'],
    fix: '"allow-empty: true"',
  },
  {
    made: 'a folder that is not there',
    error: folderIs('/var/www/htm', 'missing'),
    title: '"/var/www/htm" of "paths" does not exist',
    says: [],
    fix: 'Check "paths"',
  },
  {
    made: 'two folders on one line',
    error: folderIs('/srv/a, /srv/b', 'missing'),
    title: '"/srv/a, /srv/b"',
    says: [],
    fix: 'a line of its own',
  },
  {
    made: 'an empty folder',
    error: folderIs('/var/www/html', 'empty'),
    title: '"/var/www/html" of "paths" is empty',
    says: [],
    fix: '"allow-empty: true"',
  },
  {
    made: 'an empty password',
    error: mysqlSays("ERROR 1045 (28000): Access denied for user 'shop'@'localhost' (using password: NO)"),
    title: "'shop'@'localhost' (using password: NO)",
    says: ['no password was sent'],
    fix: 'check that its secret exists',
  },
  {
    made: 'another password',
    error: mysqlSays("ERROR 1045 (28000): Access denied for user 'shop'@'localhost' (using password: YES)"),
    title: "'shop'@'localhost'",
    says: ['refused the login'],
    fix: '"mysql-password"',
  },
  {
    made: 'a right that the database user lacks',
    error: mysqlSays("ERROR 1044 (42000): Access denied for user 'shop'@'localhost' to database 'shop'"),
    title: "database 'shop'",
    says: ['lacks a right'],
    fix: 'GRANT SELECT',
  },
  {
    made: 'another socket',
    error: mysqlSays("ERROR 2002 (HY000): Can't connect to local MySQL server through socket '/tmp/mysql.sock' (2)"),
    title: '/tmp/mysql.sock',
    says: ['cannot be reached'],
    fix: '"mysql-socket"',
  },
]

describe('what a newcomer does wrong', () => {
  const mistakes = [...inputs, ...elsewhere]

  it('is no less than forty things, each another one', () => {
    expect(new Set(mistakes.map(({ made }) => made)).size).toBe(mistakes.length)
    expect(mistakes.length).toBeGreaterThanOrEqual(40)
  })

  it.each(mistakes)('$made: the title names it, the text what it is and what to do', ({ error, title, says, fix }) => {
    expectSaid(error(), { title, says, fix })
  })

  it.each([
    ['Windows line breaks', userKey.replaceAll('\n', '\r\n')],
    ['no last line break', userKey.trim()],
    ['line breaks as \\n', userKey.trim().replaceAll('\n', '\\n')],
    ['quotes around it', `"${userKey.trim()}"`],
  ])('a key with %s is repaired', (_, key) => {
    const keyIn = (text: string) =>
      loadersOf.backup(recordingRuntime({ inputs: { ...good, databases: 'shop', 'ssh-key': text } })).ssh.privateKey
    expect(keyIn(key)).toBe(keyIn(userKey))
  })
})

describe('what a newcomer does wrong with a server', () => {
  const refusing = { onLogin: (login: AuthContext) => login.reject(['publickey']) }

  it.each([
    ['no known hosts', '', /pins no host key/],
    [
      'those of another host',
      `other.example.com ${makeKeyPair().publicKey}`,
      /pins no host key for \[127\.0\.0\.1\]:\d+/,
    ],
    ['those of another port', `127.0.0.1 ${makeKeyPair().publicKey}`, /pins no host key for \[127\.0\.0\.1\]:\d+/],
    [
      'another key',
      'SHA256:nThbg6kXUpJWGl7E1IGOCspRomTxdCARLviKw6E5SY8',
      /host key of \[127\.0\.0\.1\]:\d+ is not the one/,
    ],
  ])('%s: the title names the host, the text the fingerprints that it has', async (_, pins, title) => {
    const server = await serverThat({})
    const error = await errorOf(connected({ ...server, privateKey: userKey, hostKeys: parseHostKeyPins(pins) }))
    expectSaid(error, { title, says: ['"ssh-known-hosts"', 'SHA256:'], fix: 'ssh-keygen -lf' })
  })

  it('another user: the title names user, host and key', async () => {
    const server = await serverThat(refusing)
    const error = await errorOf(connected({ ...server, user: 'deplyo', privateKey: userKey }))
    const title = /127\.0\.0\.1 did not let "deplyo" in with the key ssh-ed25519 SHA256:/
    expectSaid(error, { title, says: ['"deplyo"'], fix: /"ssh-user".*authorized_keys/ })
  })
})

function expectSaid(
  error: unknown,
  { title, says, fix }: Pick<Mistake, 'says' | 'fix'> & { title: string | RegExp },
): void {
  const failure = describeFailure(error, { safe: 'All.', isCancelled: false, scrub: text => text })
  const shown = failureAnnotation(failure, 'Backup')
  const pattern = (text: string | RegExp) =>
    typeof text === 'string' ? expect.stringContaining(text) : expect.stringMatching(text)
  expect(failure.kind).not.toBe('bug')
  expect(shown.title).toMatch(/^Backup failed: [^A-Z]/)
  expect(shown.title.length).toBeLessThanOrEqual(170)
  expect(shown.title).toEqual(pattern(title))
  for (const text of says) expect(`${shown.title}\n${shown.message}`).toContain(text)
  // A rule that says what is right is a fix of its own.
  expect(`${failure.what} ${failure.advice}`).toEqual(pattern(fix))
  expect(shown.message).not.toContain(userKey.split('\n')[1])
}
