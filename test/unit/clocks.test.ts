import { spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { text } from 'node:stream/consumers'
import { startFakeGitHub } from '../servers/fake-github'

const page = readFileSync(join(__dirname, '../../docs/clocks.md'), 'utf8')
const commands = {
  crontab: /```crontab\n(?:\S+ ){5}(.*)\n```/.exec(page)?.[1] ?? '',
  'systemd timer': /ExecStart=(\/usr\/bin\/curl .*)\n/.exec(page)?.[1] ?? '',
}

/** The units of the page by their file names. */
const units = [...page.matchAll(/`\/etc\/systemd\/system\/([\w.-]+)`:\n\n```ini\n([\s\S]*?)```/g)].map(
  ([, name = '', unit = '']) => ({ name, unit }),
)

/** Only systemd itself reads a unit as systemd does. */
const hasSystemd = existsSync('/usr/bin/systemd-analyze')

let folder: string
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'clocks-'))
})
afterEach(() => rmSync(folder, { recursive: true }))

describe('docs/clocks.md', () => {
  const verify = hasSystemd ? it : it.skip
  verify(`has units that systemd takes${hasSystemd ? '' : ': this machine has no systemd-analyze'}`, () => {
    const names = ['backup-clock.service', 'backup-clock.timer', 'make-a-backup.service', 'make-a-backup.timer']
    expect(units.map(({ name }) => name)).toEqual(names)
    // Only the programs need not be there.
    for (const { name, unit } of units) {
      writeFileSync(join(folder, name), unit.replace(/^ExecStart=\S+/m, 'ExecStart=/bin/true'))
    }
    const paths = names.map(name => join(folder, name))
    const verified = spawnSync('systemd-analyze', ['verify', '--man=no', ...paths], { encoding: 'utf8' })
    expect(verified).toMatchObject({ status: 0, stderr: '' })
  })

  it('runs the program in a container, with its secrets in files', () => {
    // Stands in for docker: what is mounted is where it is, and the image is this machine.
    const engine = `#!/bin/sh
shift
while [ $# -gt 0 ]; do
  case $1 in
    --stop-timeout) shift ;;
    -v) [ -d "\${2%%:*}" ] || exit 125; shift ;;
    -e) export "$2"; shift ;;
    --env-file) while IFS= read -r line; do export "$line"; done <"$2"; shift ;;
    -*) ;;
    *) break ;;
  esac
  shift
done
echo "$1" >"$IMAGE"
shift
exec "$@"
`
    const [program, settings, image] = [join(folder, 'opt'), join(folder, 'etc'), join(folder, 'image')]
    mkdirSync(join(program, 'dist'), { recursive: true })
    mkdirSync(settings)
    writeFileSync(join(folder, 'docker'), engine, { mode: 0o755 })
    writeFileSync(join(settings, 'environment'), 'S3_ACCESS_KEY_ID=the key\n')
    const shown = 'const { SSH_KEY_FILE, S3_SECRET_ACCESS_KEY_FILE, S3_ACCESS_KEY_ID } = process.env'
    const all = '[process.argv.slice(2), SSH_KEY_FILE, S3_SECRET_ACCESS_KEY_FILE, S3_ACCESS_KEY_ID]'
    writeFileSync(join(program, 'dist/cli.js'), `${shown}\nconsole.log(JSON.stringify(${all}))`)
    const command = (/```sh\n(docker run [\s\S]*?)```/.exec(page)?.[1] ?? '')
      .replaceAll('/opt/make-a-backup', program)
      .replaceAll('/etc/make-a-backup', settings)
    const env = { PATH: `${folder}:${process.env['PATH']}`, IMAGE: image }
    const { status, stdout } = spawnSync('sh', ['-c', command], { env, encoding: 'utf8' })
    expect(status).toBe(0)
    const words = ['backup', '--with', join(settings, 'backup.yml')]
    expect(JSON.parse(stdout)).toEqual([words, join(settings, 'ssh-key'), join(settings, 's3-secret'), 'the key'])
    expect(readFileSync(image, 'utf8')).toBe('node:24-slim\n')
  })

  it.each(Object.entries(commands))(
    'starts the workflow by a %s, without a token in the arguments',
    async (_, line) => {
      const github = await startFakeGitHub('acme/shop', 'github_pat_abc')
      const run = async (token: string) => {
        writeFileSync(join(folder, 'headers'), `Authorization: Bearer ${token}\n`)
        const command = line
          .replace('https://api.github.com/repos/OWNER/REPOSITORY', `${github.apiUrl}/repos/acme/shop`)
          .replace(/\/etc\/backup-clock\/headers|%d\/headers/, `${folder}/headers`)
          .replace('--retry 3', '')
        expect(command).not.toContain(token)
        const child = spawn('sh', ['-c', command], { stdio: ['ignore', 'pipe', 'pipe'] })
        const [[status], said] = await Promise.all([once(child, 'close'), text(child.stderr)])
        return { status, said }
      }
      try {
        expect(await run('github_pat_abc')).toEqual({ status: 0, said: '' })
        expect(github.dispatched).toEqual(['backup.yml'])
        expect(await run('github_pat_expired')).toMatchObject({ status: 22, said: expect.stringMatching(/401/) })
      } finally {
        await github.close()
      }
    },
  )
})
