import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { text } from 'node:stream/consumers'
import { startFakeGitHub } from '../servers/fake-github'

const page = readFileSync(join(__dirname, '../../docs/clocks.md'), 'utf8')
const commands = {
  crontab: /```crontab\n(?:\S+ ){5}(.*)\n```/.exec(page)?.[1] ?? '',
  'systemd timer': /ExecStart=(\/usr\/bin\/curl .*)\n/.exec(page)?.[1] ?? '',
}

describe('docs/clocks.md', () => {
  it.each(Object.entries(commands))(
    'starts the workflow by a %s, without a token in the arguments',
    async (_, line) => {
      const github = await startFakeGitHub('acme/shop', 'github_pat_abc')
      const folder = mkdtempSync(join(tmpdir(), 'clocks-'))
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
        rmSync(folder, { recursive: true })
        await github.close()
      }
    },
  )
})
