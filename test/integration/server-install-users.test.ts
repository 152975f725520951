import { existsSync, linkSync, mkdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { encodeRequest } from '../../src/server/request'
import { type InstallPlace, installPlace } from '../servers/install-place'

const isRoot = process.getuid?.() === 0
let folder: string
let place: InstallPlace
let site: string
let publicKey: string
let program: string

beforeEach(() => {
  place = installPlace()
  ;({ folder, site, publicKey, program } = place)
})
afterEach(() => place.remove())

/** Runs a script in the place, with `$program`, `$key` and `$site`. */
function inPlace(script: string, shell = ['bash']): { status: number | null; said: string } {
  const values = `program='${program}' key='${publicKey}' site='${site}' folder='${folder}'`
  const { status, stdout, stderr } = place.run([...shell, '-c', `${values}\n${script}`])
  return { status, said: `${stdout}${stderr}` }
}

const install = 'sh "$program" install --name web1 --key "$key" --path "$site"'

const sshdConfig = (...lines: string[]) => {
  const file = join(place.etc, 'ssh/sshd_config')
  writeFileSync(file, `${lines.join('\n')}\n${readFileSync('/etc/ssh/sshd_config', 'utf8')}`)
}

/** As a runner sends it, without a script. */
const request = (job: string, ...words: [string, string][]) =>
  `0\n${encodeRequest([['nonce', 'ab'], ['job', job], ...words])}`

describe('server.sh install --user', () => {
  if (!isRoot) {
    it('is for root', () => {
      for (const more of ['--user somebody', '--sudo']) {
        expect(inPlace(`${install} ${more}`)).toMatchObject({
          status: 1,
          said: expect.stringContaining('Only root can'),
        })
      }
      expect(existsSync(place.library)).toBe(false)
    })
    return
  }

  it('makes a user who can do one thing as root, whose jobs end when the runner goes away', () => {
    const { said, status } = inPlace(`${install} --user make-a-backup --sudo`)
    expect({ said, status }).toMatchObject({
      status: 0,
      said: expect.stringMatching(/good: .*site.*ssh-user: make-a-backup/s),
    })
    const keys = join(place.homes, 'make-a-backup/.ssh/authorized_keys')
    expect(readFileSync(keys, 'utf8')).toMatch(/^restrict,command="exec sudo -n \S+\/serve web1" ssh-ed25519 /)
    expect(statSync(keys)).toMatchObject({ mode: 0o100600, uid: statSync(join(place.homes, 'make-a-backup')).uid })
    expect(readFileSync(join(place.etc, 'shadow'), 'utf8')).toMatch(/^make-a-backup:\*:\d*:0::/m)
    expect(inPlace('sh "$program" status').said).toMatch(/good: .*site/)

    writeFileSync(join(place.settings, 'web1.conf'), 'command=sleep 765.4321\n', { flag: 'a' })
    writeFileSync(join(folder, 'request'), request('run-command', ['text', 'sleep 765.4321']))
    const ended = inPlace(`
      cd "$folder" && mkfifo input
      su -s /bin/sh make-a-backup -c "$(sed 's/^restrict,command="//;s/".*//' '${keys}')" <input >/dev/null 2>report & job=$!
      exec 9>input; cat request >&9
      until grep -q 'phase command' report; do kill -0 $job || exit 9; sleep 0.1; done
      exec 9>&-
      wait $job; echo "ended with $?"
      grep -lz '^765.4321' /proc/[0-9]*/cmdline 2>/dev/null; grep '^@ab' report`)
    expect(ended.said).toMatch(/^ended with 1(43|)\n@ab begin\n@ab served [^\n]+\n@ab phase command\n$/)

    const gone = inPlace('sh "$program" uninstall --all')
    expect(gone).toMatchObject({ status: 0, said: expect.stringContaining('userdel -r make-a-backup') })
    expect(readFileSync(keys, 'utf8')).toBe('')
    expect(inPlace('ls /etc/sudoers.d /etc/make-a-backup* /usr/local/lib').said).not.toMatch(/web1|server\.sh/)
  })

  it('lets a user take the backups with the rights of that user, wherever sshd has its keys', () => {
    sshdConfig('AuthorizedKeysFile /etc/ssh/keys/%u .ssh/authorized_keys')
    inPlace('useradd --create-home --shell /bin/sh keeper; mkdir -m 755 /etc/ssh/keys')
    expect(inPlace(`${install} --user keeper`)).toMatchObject({ status: 0, said: expect.stringContaining('good: ') })
    const keys = join(place.etc, 'ssh/keys/keeper')
    expect(statSync(keys)).toMatchObject({ mode: 0o100644, uid: 0 })
    expect(statSync(join(place.settings, 'web1.conf'))).toMatchObject({
      mode: 0o100600,
      uid: statSync(join(place.homes, 'keeper')).uid,
    })
    writeFileSync(join(folder, 'request'), request('inventory', ['path', site]))
    const served = inPlace(
      `su -s /bin/sh keeper -c "$(sed 's/^restrict,command="//;s/".*//' '${keys}')" <"$folder/request"`,
    )
    expect(served.said).toMatch(/@ab served .*@ab done/s)
    expect(inPlace('sh "$program" status').said).toMatch(/good: .*site/)

    // A second file, with the key alone, would let it do more.
    inPlace('cd ~keeper && mkdir .ssh && echo "$key" >.ssh/authorized_keys')
    const again = inPlace(`${install} --user keeper`)
    expect(again).toMatchObject({
      status: 1,
      said: expect.stringMatching(/already in \/home\/keeper\/\.ssh\/authorized_keys, in line 1/),
    })
    inPlace('userdel -r keeper')
    expect(inPlace('sh "$program" uninstall --name web1')).toMatchObject({
      status: 0,
      said: expect.stringContaining('keeper is gone'),
    })
  })

  it('refuses what sshd would keep out, and clients that may set what programs load', () => {
    for (const [line, telling] of [
      ['AllowUsers deploy ro?t2', /does not let root in: AllowUsers is deploy ro\?t2/],
      ['DenyUsers ro*', /keeps root out: DenyUsers is ro\*/],
      ['AllowGroups wheel', /does not let root in: AllowGroups is wheel/],
      ['AcceptEnv *', /lets clients set \* \(AcceptEnv\)/],
    ] as const) {
      sshdConfig(line)
      expect(inPlace(install)).toMatchObject({ status: 1, said: expect.stringMatching(telling) })
    }
    sshdConfig('AllowUsers deploy r?ot')
    expect(inPlace(`${install} --dry-run`).status).toBe(0)
    expect(existsSync(place.library)).toBe(false)
  })

  it('says it where the home folder takes nothing from root, before it changes anything', () => {
    const closed = inPlace(`mount --bind /root /root && mount -o remount,bind,ro /root && ${install}`)
    expect(closed).toMatchObject({
      status: 1,
      said: expect.stringMatching(/cannot be written to by root.*NFS.*root_squash/s),
    })
    expect(existsSync(place.library)).toBe(false)
  })

  it('gives the files their labels where there is SELinux', () => {
    mkdirSync(join(folder, 'bin'))
    writeFileSync(join(folder, 'bin/restorecon'), `#!/bin/sh\necho "$@" >>'${folder}/labelled'\n`, { mode: 0o755 })
    expect(inPlace(`PATH=$folder/bin:$PATH; ${install}`).status).toBe(0)
    const library = '/usr/local/lib/make-a-backup'
    expect(readFileSync(join(folder, 'labelled'), 'utf8')).toBe(
      `-F ${library} ${library}/server.sh ${library}/serve /etc/make-a-backup/web1.conf\n/root/.ssh /root/.ssh/authorized_keys\n`,
    )
  })

  it('needs no more than busybox has, without sshd and systemd', () => {
    mkdirSync(join(folder, 'bin'))
    const script = `
      busybox --install -s "$folder/bin"; cp -P "$(command -v rsync)" "$folder/bin/rsync"
      mount --bind /dev/null /usr/sbin/sshd; PATH=$folder/bin; export PATH
      sh "$program" install --name web1 --key "$key" --path "$site" || exit
      sh "$program" install --name web1 --key "$key" --path "$site" >/dev/null || exit
      cat ~root/.ssh/authorized_keys; sh "$program" status; sh "$program" upgrade; sh "$program" uninstall --all`
    const { said, status } = inPlace(script, ['busybox', 'ash'])
    expect({ said, status }).toMatchObject({
      status: 0,
      said: expect.stringMatching(
        /Not looked at: the settings of sshd.*\nrestrict,command="exec \S+\/serve web1" ssh-ed25519 \S+ make-a-backup web1\nmake-a-backup 1.*good: .*Replaces.*Removes the program/s,
      ),
    })
  })
})

describe('the list of keys', () => {
  it('keeps every byte, however long it is and however its lines end', () => {
    const ssh = join(place.home, '.ssh')
    mkdirSync(ssh, { mode: 0o700 })
    const long = Buffer.concat([
      Buffer.from(`# ${'x'.repeat(300_000)}\r\n`),
      Buffer.alloc(2_000_000, '\u00ff no key, in no encoding \r\n', 'latin1'),
      Buffer.from('\r\n\r\nssh-rsa AAAA last\r\n'),
    ])
    writeFileSync(join(ssh, 'authorized_keys'), long, { mode: 0o640 })
    expect(inPlace(install).status).toBe(0)
    const after = readFileSync(join(ssh, 'authorized_keys'))
    expect(after.subarray(0, long.length).equals(long)).toBe(true)
    expect(statSync(join(ssh, 'authorized_keys')).mode & 0o777).toBe(0o640)
    expect(inPlace('sh "$program" uninstall --name web1').status).toBe(0)
    expect(readFileSync(join(ssh, 'authorized_keys')).equals(long)).toBe(true)
  })

  it('is not touched where it has a second name, or the link of another user leads to the folder', () => {
    const ssh = join(place.home, '.ssh')
    mkdirSync(ssh, { mode: 0o700 })
    writeFileSync(join(ssh, 'authorized_keys'), '# mine\n')
    linkSync(join(ssh, 'authorized_keys'), join(ssh, 'the same'))
    expect(inPlace(install)).toMatchObject({
      status: 1,
      said: expect.stringMatching(/has a second name.*Add this line by hand: restrict/s),
    })
    rmSync(join(ssh, 'the same'))
    if (!isRoot) return
    const moved = inPlace(
      `ln -s "$site" "$folder/link"; chown -h nobody "$folder/link"; ${install.replace('"$site"', '"$folder/link"')}`,
    )
    expect(moved).toMatchObject({
      status: 1,
      said: expect.stringMatching(/BAD: .*link of another user.*chown -h root/s),
    })
  })
})
