import { existsSync, lstatSync, mkdirSync, readFileSync, rmSync, statSync, symlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { encodeRequest } from '../../src/server/request'
import { type InstallPlace, installPlace } from '../servers/install-place'

const program = join(__dirname, '../../dist/server.sh')
let folder: string
let place: InstallPlace
let site: string
let publicKey: string
let keysFile: string
function openPlace(): void {
  place = installPlace('my site')
  ;({ folder, site, publicKey } = place)
  keysFile = join(place.home, '.ssh/authorized_keys')
}
const closePlace = () => place.remove()

interface Outcome {
  status: number | null
  said: string
}

function server(words: readonly string[], shell = ['sh']): Outcome {
  const { status, stdout, stderr } = place.run([...shell, program, ...words])
  return { status, said: `${stdout}${stderr}` }
}

const install = (more: readonly string[] = [], shell?: string[]) =>
  server(['install', '--name', 'web1', '--key', publicKey, '--path', site, ...more], shell)

/** Other people's lines: comments, options, a line of Windows, bytes that are no text, no line break at the end. */
const foreign = Buffer.concat([
  Buffer.from(
    '# mine\n\nfrom="10.0.0.0/8",no-pty ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIOMqqnkVzrm0SdG6UOoqKLsabgH5C9okWi0dh2l9GKJl a\r\n',
  ),
  Buffer.from([0xff, 0xfe, 0x09, 0x20, 0x0a]),
  Buffer.from('   ssh-rsa AAAAB3NzaC1yc2EAAAADAQABAAAAgQC7 the last'),
])

function writeForeign(): void {
  mkdirSync(join(place.home, '.ssh'), { mode: 0o700 })
  writeFileSync(keysFile, foreign, { mode: 0o600 })
}

/** What the line of the key makes sshd run. */
function forcedCommand(): string {
  const [, command = ''] = /^restrict,command="([^"]*)" /m.exec(readFileSync(keysFile, 'latin1')) ?? []
  return command
}

describe('server.sh', () => {
  beforeEach(openPlace)
  afterEach(closePlace)

  it.each(['dash', 'bash', 'busybox ash'])('installs, is asked again, is upgraded and goes, under %s', name => {
    const shell = name.split(' ')
    writeForeign()
    const dry = install(['--dry-run'], shell)
    expect(dry).toMatchObject({ status: 0, said: expect.stringContaining('Nothing was changed: --dry-run.') })
    expect(readFileSync(keysFile)).toEqual(foreign)
    expect(existsSync(place.library)).toBe(false)

    const first = install(['--from', '203.0.113.0/24'], shell)
    expect(first).toMatchObject({
      status: 0,
      said: expect.stringMatching(
        /good: .*my site.*ssh-known-hosts: \|\n +\S+ ssh-ed25519 AAAA.*paths: \|\n +.*my site/s,
      ),
    })
    const again = install([], shell)
    expect(again.status).toBe(0)
    const lines = readFileSync(keysFile)
    expect(lines.subarray(0, foreign.length)).toEqual(foreign)
    const [type, key] = publicKey.split(' ')
    expect(lines.subarray(foreign.length).toString()).toMatch(
      /^\nrestrict,command="exec \S+\/make-a-backup\/serve web1" ssh-ed25519 \S+ make-a-backup web1\n$/,
    )
    expect(lines.toString('latin1')).toContain(`${type} ${key} make-a-backup`)
    const configuration = join(place.settings, 'web1.conf')
    expect(statSync(configuration).mode & 0o777).toBe(0o600)
    expect(readFileSync(configuration, 'utf8')).toMatch(
      new RegExp(`^job=backup\npath=${site}\nmirror=.*\nexclude=\\*$`, 'm'),
    )
    expect(statSync(keysFile).mode & 0o777).toBe(0o600)

    const asked = encodeRequest([
      ...([
        ['nonce', 'ab'],
        ['job', 'inventory'],
        ['path', site],
      ] as const),
    ])
    const answer = place.run(['sh', '-c', forcedCommand()], `0\n${asked}`)
    expect(answer.stdout.toString()).toContain(`path\tpresent\t${site}\n`)
    expect(answer.stderr.toString()).toMatch(/@ab served 1\.0\.0\n.*@ab done/s)

    expect(server(['status'], shell).said).toMatch(/make-a-backup 1\.0\.0 in .*web1 .*path=.*my site.*good: /s)
    expect(server(['upgrade'], shell)).toMatchObject({
      status: 0,
      said: expect.stringContaining('Replaces make-a-backup 1.0.0'),
    })
    expect(server(['uninstall', '--name', 'web1'], shell).status).toBe(0)
    expect(readFileSync(keysFile)).toEqual(Buffer.concat([foreign, Buffer.from('\n')]))
    expect(existsSync(place.library) || existsSync(configuration)).toBe(false)
  })

  it('makes authorized_keys where there is none, whatever the umask is, for its owner alone', () => {
    const { status } = place.run([
      'sh',
      '-c',
      `umask 000; exec sh "$@"`,
      'sh',
      program,
      'install',
      '--name',
      'web1',
      '--key',
      join(folder, 'key.pub'),
      '--path',
      site,
    ])
    expect(status).toBe(0)
    expect(lstatSync(join(place.home, '.ssh')).mode & 0o777).toBe(0o700)
    expect(statSync(keysFile).mode & 0o777).toBe(0o600)
    expect(readFileSync(keysFile, 'utf8').split('\n')).toHaveLength(2)
  })

  it('never touches a file that is not as it should be', () => {
    writeForeign()
    writeFileSync(keysFile, Buffer.concat([foreign, Buffer.from([0])]))
    expect(install()).toMatchObject({ status: 1, said: expect.stringContaining('has bytes that no such file has') })
    expect(readFileSync(keysFile)).toEqual(Buffer.concat([foreign, Buffer.from([0])]))
    rmSync(keysFile)
    writeFileSync(join(place.home, '.ssh/elsewhere'), foreign)
    symlinkSync('elsewhere', keysFile)
    expect(install()).toMatchObject({
      status: 1,
      said: expect.stringMatching(/is a link.*Add this line by hand: restrict,/s),
    })
    expect(readFileSync(join(place.home, '.ssh/elsewhere'))).toEqual(foreign)
  })

  it('does not leave a key that may do more', () => {
    mkdirSync(join(place.home, '.ssh'))
    writeFileSync(keysFile, `# mine\n${publicKey}\n`)
    expect(install()).toMatchObject({
      status: 1,
      said: expect.stringMatching(/already in .*, in line 2.*sshd takes the first line/s),
    })
    expect(readFileSync(keysFile, 'utf8')).toBe(`# mine\n${publicKey}\n`)
    expect(existsSync(place.library)).toBe(false)
  })
})

describe('server.sh install', () => {
  beforeAll(openPlace)
  afterAll(closePlace)

  const wrong: [string, string[], RegExp][] = [
    ['the private key', ['--key', '-----BEGIN OPENSSH PRIVATE KEY-----'], /private key/],
    ['a key that is cut off', ['--key', 'ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIOMqq'], /cut off or damaged/],
    ['a key with options', ['--key', 'command="id" ssh-ed25519 AAAA'], /no public key/],
    ['a name with a slash', ['--name', '../web1'], /"\.\.\/web1" is no name/],
    ['a folder that is not there', ['--path', '/no/such/folder'], /there is no such folder/],
    ['a relative folder', ['--path', 'html'], /not absolute/],
    ['an address with a quote', ['--from', '1.2.3.4" ,command="id'], /is no address/],
    ['another class of jobs', ['--jobs', 'all'], /no class of jobs/],
    ['an unknown option', ['--force'], /"--force" is no option/],
    [
      'a login that does not get in',
      ['--database', 'shop', '--login', '/no/such/file'],
      /cannot be read|no database client/,
    ],
  ]
  it.each(wrong)('refuses %s', (_what, words, telling) => {
    const { status, said } = install(words)
    expect(status).toBe(1)
    expect(said).toMatch(telling)
    expect(existsSync(keysFile) || existsSync(place.library)).toBe(false)
  })

  if (process.getuid?.() === 0) {
    it('says what in the configuration of sshd forbids it, before it changes anything', () => {
      const file = join(place.etc, 'ssh/sshd_config')
      const before = readFileSync(file, 'utf8')
      for (const [line, telling] of [
        ['PermitRootLogin no', /PermitRootLogin is no.*--user make-a-backup --sudo/s],
        ['PubkeyAuthentication no', /takes no keys/],
        ['AuthenticationMethods publickey,password', /more than a key from root/],
        ['ForceCommand /bin/true', /runs another command/],
        ['AuthorizedKeysFile none', /reads no authorized_keys/],
      ] as const) {
        writeFileSync(file, `${line}\n${before}`)
        expect(install()).toMatchObject({ status: 1, said: expect.stringMatching(telling) })
      }
      expect(existsSync(keysFile) || existsSync(place.library)).toBe(false)
    })
  }
})
