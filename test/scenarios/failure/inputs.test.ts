import { once } from 'node:events'
import { createServer, type Server } from 'node:net'
import { join } from 'node:path'
import { readActionFile } from '../../runner/action-file'
import { backupRun } from '../../runner/backup-run'
import { testServices } from '../../servers/test-services'
import { expectCleanPost, expectRed } from './failure-scene'

/** Takes the place of the SSH server and of the store, and counts who comes. */
let listener: Server
let connections = 0
let port = 0
beforeAll(async () => {
  listener = createServer(socket => {
    connections++
    socket.destroy()
  }).listen(0, '127.0.0.1')
  await once(listener, 'listening')
  const address = listener.address()
  port = typeof address === 'object' && address !== null ? address.port : 0
})
afterAll(() => listener?.close())

/** Runs with these inputs over right ones, and proves that nobody was asked for anything. */
async function refusedRun(wrong: Readonly<Record<string, string>>, telling: readonly RegExp[]) {
  const services = testServices()
  const inputs = {
    databases: 'shop',
    paths: '/var/www/html',
    's3-bucket': 'acme-backups',
    'ssh-port': String(port),
    's3-endpoint': `http://127.0.0.1:${port}`,
    ...wrong,
  }
  const run = await backupRun(services, { inputs })
  expectRed(run, telling)
  expectCleanPost(run)
  expect(connections).toBe(0)
  expect(run.main?.annotations.error[0]?.title).toMatch(/^Backup failed: input/)
  // The same is the first line of the summary, without what Markdown escapes.
  expect(run.main?.summary).toMatch(/^## ❌ Backup failed: input/)
  return run
}

/** Values that each fail by themselves, and what the complaint says beside the input's name. */
const wrongValues: Readonly<Record<string, readonly [value: string, says: RegExp][]>> = {
  'ssh-host': [
    ['', /required.*web1\.example\.com/],
    ['https://web1.example.com', /host name or an IP address.*scheme/],
    ['web1.example.com:2222', /port belongs in "ssh-port"/],
    ['deploy@web1', /belongs in "ssh-user"/],
    ['web1\n::error::x', /single line without control characters/],
    ['-oProxyCommand=x', /host name or an IP address/],
  ],
  'ssh-user': [
    ['', /required.*as in: backup/],
    ['two words', /name of a user/],
    ['-l', /name of a user/],
    ['back\tup', /control characters/],
  ],
  'ssh-port': [
    ['22a', /whole number from 1 to 65535, got "22a"/],
    ['0', /whole number from 1 to 65535/],
    ['65536', /whole number/],
    ['-22', /whole number/],
    ['022', /whole number/],
  ],
  'ssh-key': [
    ['ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIOMqqnkVzrm0SdG6UOoq me', /is a public key.*Store the private key/],
    ['PuTTY-User-Key-File-3: ssh-ed25519 and what follows', /PuTTY key.*puttygen/],
    ['~/.ssh/id_ed25519', /path of a file.*content/],
    ['-----BEGIN OPENSSH PRIVATE KEY-----\nb3BlbnNzaC1rZXktdjEAAAAABG5vbmUAAAAEbm9uZQ\n', /not a complete private key/],
    ['key', /fewer than 4 characters/],
  ],
  'signing-key': [
    ['ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIOMqqnkVzrm0SdG6UOoq me', /is a public key.*Store the private key/],
    ['key', /fewer than 4 characters/],
  ],
  'ssh-password': [
    ['two lines\nof password', /single line/],
    ['abc', /fewer than 4 characters/],
  ],
  'ssh-known-hosts': [
    ['web1.example.com ssh-ed25519 not-base64!', /line 1|known_hosts|fingerprint/i],
    ['SHA256:too-short', /SHA256|fingerprint/i],
    ['MD5:00:11:22:33', /MD5|fingerprint/i],
  ],
  'mysql-user': [['back\x07up', /control characters/]],
  'mysql-password': [
    ['two\nlines of it', /single line/],
    ['abc', /fewer than 4 characters/],
  ],
  'mysql-host': [
    ['tcp://127.0.0.1', /host name or an IP address.*scheme/],
    ['127.0.0.1:3306', /belongs in "mysql-port"/],
  ],
  'mysql-port': [
    ['3306.5', /whole number from 1 to 65535/],
    ['99999', /whole number/],
  ],
  'mysql-socket': [['run/mysqld.sock', /absolute path.*\/run\/mysqld\/mysqld\.sock/]],
  's3-bucket': [
    ['', /required.*acme-backups/],
    ['s3://acme-backups', /name of a bucket alone.*scheme/],
    ['acme-backups/web1', /belongs in "s3-prefix"/],
    ['arn:aws:s3:::acme-backups', /instead of the ARN/],
    ['ab', /3 to 63/],
    ['127.0.0.1', /not an IP address/],
  ],
  's3-prefix': [
    ['s3://acme/web1', /Remove the scheme/],
    ['web1\\hourly', /backslash/],
    ['web1/../other', /not support "\." and "\.\."/],
    ['web1//hourly', /single slashes/],
    ['web1\x07', /control characters/],
    ['x'.repeat(257), /256 bytes/],
  ],
  's3-region': [['eu central', /name of a region.*eu-central-1/]],
  's3-endpoint': [
    ['s3.example.com', /Add the scheme/],
    ['ftp://s3.example.com', /http or https URL/],
    ['https://s3.example.com/bucket', /Remove the path/],
    ['https://key:hidden-secret@s3.example.com', /must not contain credentials/],
  ],
  's3-force-path-style': [['yes', /true or false, got "yes"/]],
  's3-access-key-id': [['AKIA with a space', /spaces or line breaks/]],
  's3-secret-access-key': [
    ['abc', /fewer than 4 characters/],
    ['line one\nline two', /spaces or line breaks/],
  ],
  's3-session-token': [['a token with spaces', /spaces or line breaks/]],
  databases: [
    ['mysql', /belongs to the server itself/],
    ['shop\n*', /Keep either the names or the "\*"/],
    ['shop_*', /full names/],
    ['`shop`', /backticks/],
    ['shop\nshop', /each database once/],
    ['x'.repeat(65), /at most 64 characters/],
    ['sh\x1bop', /control characters/],
  ],
  'exclude-tables': [
    ['a.b.c', /table or database\.table/],
    ['`cache`', /backticks/],
    ['cache\ncache', /each pattern once/],
  ],
  'structure-only-tables': [['.log', /table or database\.table/]],
  'dump-options': [
    ['--force', /must not contain "--force".*looks complete and is not/],
    ['--loose-skip-comments', /proves that the dump is complete/],
    ['--skip_comm', /proves that the dump is complete/],
    ['--compact', /proves that the dump is complete/],
    ['--result-file=/tmp/x', /SQL on standard output/],
    ['--tab=/tmp', /SQL on standard output/],
    ['--password=hidden-secret', /must not contain "--password"/],
    ['-phidden-secret', /long form.*"-p"/],
    ['--ignore-table=shop.orders', /use "exclude-tables"/],
    ['--where=1=0', /rows would be missing/],
    ['--skip-triggers', /all its parts/],
    ['--single-transaction=0', /from another moment/],
    ['--quick --force', /long form/],
    ['shop', /long form/],
  ],
  paths: [
    ['var/www', /absolute paths.*\/var\/www\/html/],
    ['~/site', /full path of the home folder/],
    ['/var/www/../../etc', /without "\." and "\.\."/],
    ['/', /below the root/],
    ['/proc/1', /virtual file system of the kernel/],
    ['/srv/a\n/srv/a/b', /no folder inside another/],
    ['/srv/a\x07b', /control characters/],
  ],
  exclude: [
    ['- *.log', /not filter rules.*only the pattern/],
    ['!', /not filter rules/],
    ['*', /leave something to back up/],
    ['; comment', /treats such a line as a comment/],
  ],
  'encrypt-to': [
    ['age1broken', /one recipient on each line.*cut off or changed/],
    ['ssh-rsa AAAAB3NzaC1yc2E', /RSA keys are not supported/],
  ],
  'full-every': [['hour', /must be run, day or week/]],
  'compare-contents': [['sometimes', /must be weekly, daily, always or never/]],
  'mirror-dir': [
    ['mirror', /absolute path or begin with "~\/"/],
    ['/', /separate folder/],
    ['~/../x', /without "\." and "\.\."/],
  ],
  'compression-level': [
    ['10', /whole number from 1 to 9/],
    ['fast', /whole number from 1 to 9/],
  ],
  name: [['before the update!', /letters A to Z.*before-the-update/]],
  rotation: [
    ['hourly', /hour-of-week/],
    ['{weekday}-{moon}', /moon/],
    ['../{hour}', /rotation/],
  ],
  timezone: [
    ['Mars/Olympus', /IANA time zone.*Europe\/Berlin/],
    ['+02:00', /no daylight saving time/],
  ],
  'allow-empty': [['1', /true or false, got "1"/]],
  'rsync-bwlimit': [
    ['fast', /rate in the format of rsync/],
    ['0.1', /512 bytes per second/],
  ],
  'ssh-proxy-jump': [
    ['two words', /user@host or user@host:port/],
    ['ssh://jump', /Remove the scheme/],
    ['jump:0', /Add the user of the jump host/],
  ],
  'keep-daily': [
    ['-1', /whole number from 0 to 10000/],
    ['7d', /whole number from 0 to 10000/],
  ],
  'keep-weekly': [['1.5', /whole number from 0 to 10000/]],
  'keep-monthly': [['99999', /whole number from 0 to 10000/]],
  'keep-yearly': [['ten', /whole number from 0 to 10000/]],
  'max-shrink': [
    ['50', /whole percentage.*write: 50%/],
    ['101%', /from 0% to 100%/],
    ['half', /or off, got "half"/],
  ],
  'accept-shrink': [['yes', /true or false/]],
  'adopt-prefix': [['1', /true or false/]],
  'dry-run': [['on', /true or false/]],
  'status-page': [['no', /true or false/]],
  'allow-blind-spots': [['tables', /triggers, routines, events or views/]],
  's3-storage-class': [['cold!', /storage class in capitals.*STANDARD_IA/]],
  's3-server-side-encryption': [['AES', /AES256, aws:kms or aws:kms:dsse/]],
  'min-interval': [['40', /whole number of minutes, hours or days.*as in: 40h/]],
  'before-command': [['x'.repeat(70_000), /at most 65536 bytes/]],
  'after-command': [['x'.repeat(70_000), /at most 65536 bytes/]],
  'heartbeat-url': [
    ['hc-ping.com/hidden-secret', /http or https URL.*not shown/],
    ['ftp://hc-ping.com/hidden-secret', /http or https URL/],
  ],
}

/** These are wrong only together, or keep another complaint from being made. */
const contradictions: readonly [inputs: Record<string, string>, says: RegExp][] = [
  [{ databases: '', paths: '' }, /"databases" and "paths" are both empty.*Name databases/s],
  [{ 'mysql-user': '' }, /"mysql-password" is set without "mysql-user".*Name the user/s],
  [{ 'mysql-host': '127.0.0.1' }, /"mysql-socket" and "mysql-host" are both set.*Keep one/s],
  [{ 'mysql-port': '3306' }, /"mysql-socket" and "mysql-port" are both set.*Keep one/s],
  [{ compression: 'xz' }, /"compression" must be gzip, zstd or none, got "xz"/],
  [{ compression: 'none', 'compression-level': '3' }, /"compression-level" is set with compression: none/],
  [{ compression: 'zstd', 'compression-level': '20' }, /"compression-level" must be a whole number from 1 to 19/],
  [{ 'ssh-key-passphrase': 'abc' }, /"ssh-key-passphrase" is a secret of fewer than 4 characters.*Use a longer one/s],
  [
    { 'mirror-dir': '/var' },
    /"mirror-dir" must be a separate folder that does not contain the path "\/var\/www\/html"/,
  ],
  [{ 'ssh-key': '' }, /"ssh-key" or "ssh-password" is required.*secrets\.SSH_KEY/s],
  [
    { 'exclude-tables': 'other.cache', 'structure-only-tables': 'foreign.log' },
    /"exclude-tables" must name databases that "databases" lists, not "other"/,
  ],
  [{ databases: '', 'exclude-tables': 'cache' }, /"exclude-tables" is set without "databases"/],
  [{ 'ssh-key': '', 'ssh-key-passphrase': 'a passphrase' }, /"ssh-key-passphrase" is set without "ssh-key"/],
  [{ 's3-access-key-id': '' }, /"s3-secret-access-key" is set without "s3-access-key-id".*all of them/s],
  [{ 's3-secret-access-key': '' }, /"s3-access-key-id" is set without "s3-secret-access-key".*all of them/s],
  [{ 's3-kms-key-id': 'key' }, /"s3-kms-key-id" is set without "s3-server-side-encryption".*aws:kms/s],
  [{ 'issue-on-alarm': 'yes' }, /"issue-on-alarm" must be true or false, got "yes"/],
  [{ 'issue-on-alarm': 'true', 'github-token': '' }, /"issue-on-alarm" needs "github-token", which is empty/],
  [{ 's3-endpoint': '' }, /"s3-region" is required.*AWS_REGION/s],
]

describe('a backup with a wrong input', () => {
  it('has a wrong value here for every input of the action', async () => {
    const { defaults } = await readActionFile(join(__dirname, '../../..'))
    const tried = [wrongValues, ...contradictions.map(([inputs]) => inputs)].flatMap(Object.keys)
    expect([...new Set(tried)].sort()).toEqual(Object.keys(defaults).sort())
  })

  const rounds = Math.max(...Object.values(wrongValues).map(values => values.length))
  const numbers = Array.from({ length: rounds }, (_, index) => index)
  it.each(numbers)('names every wrong input, with the fix, before it contacts anyone (round %i)', async round => {
    const wrong = Object.entries(wrongValues).flatMap(([name, values]) => {
      const value = values[round]
      return value === undefined ? [] : [{ name, value: value[0], says: value[1] }]
    })
    const inputs = Object.fromEntries(wrong.map(({ name, value }) => [name, value]))
    const run = await refusedRun(inputs, wrong.length > 1 ? [/^\d+ things are wrong\.\n1\. Input /] : [])
    const log = run.main?.log ?? []
    for (const { name, says } of wrong) {
      const told = log.filter(line => line.includes(`"${name}"`) && says.test(line))
      expect({ name, says, told: told.length > 0 }).toEqual({ name, says, told: true })
    }
    expect(log.join('\n')).not.toContain('hidden-secret')
  })

  it.each(contradictions)('refuses %j', async (inputs, says) => {
    await refusedRun(inputs, [says])
  })

  it.each([
    ['ssh-port', '22a', /^Input "ssh-port" must be a whole number from 1 to 65535, got "22a"\.\n/],
    [
      'dump-options',
      '--force',
      /^Input "dump-options" must not contain "--force": .*\n.*\nWhat to do: .*exclude-tables/,
    ],
    [
      'paths',
      'var/www',
      /^Input "paths" must be absolute paths, got "var\/www"\.\n.*\nWhat to do: For example: \/var\/www\/html/,
    ],
  ])('puts the one wrong input %s into the annotation', async (name, value, says) => {
    await refusedRun({ [name]: value }, [says])
  })
})
