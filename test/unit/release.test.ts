import { execFileSync, spawnSync } from 'node:child_process'
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { parse } from 'yaml'
import { z } from 'zod'
import { tool } from '../../src/runtime/version'

const root = join(__dirname, '../..')
const read = (path: string): string => readFileSync(join(root, path), 'utf8')
const filesOf = (folder: string) =>
  readdirSync(join(root, folder), { recursive: true, withFileTypes: true }).filter(each => each.isFile())
const notes = (version: string) =>
  spawnSync('bash', [join(root, 'script/release-notes'), version], { encoding: 'utf8' })

describe('the version', () => {
  it('is that of package.json wherever a person reads it', () => {
    const { version } = z.object({ version: z.string() }).parse(JSON.parse(read('package.json')))
    expect(tool.version).toBe(version)
    expect(/^## (\d+\.\d+\.\d+)$/m.exec(read('CHANGELOG.md'))?.[1]).toBe(version)
    expect(read('dist/server.sh')).toContain(`\nversion=${version}\n`)
    const named = [...read('README.md').matchAll(/OWNER\/make-a-backup\/(?:releases\/download\/)?v([\d.]+)\//g)].map(
      ([, each]) => each,
    )
    expect(new Set(named)).toEqual(new Set([version]))
  })
})

describe('script/release-notes', () => {
  it('prints the section of the version', () => {
    const { status, stdout } = notes(tool.version)
    expect(status).toBe(0)
    expect(stdout).toMatch(/\S/)
    expect(stdout).not.toMatch(/^## /m)
  })

  it('fails when the tag and the version are not the same, and says how to set it', () => {
    const { status, stderr } = notes('9.9.9')
    expect(status).toBe(1)
    expect(stderr).toMatch(/version 9\.9\.9, package\.json has .*npm version --no-git-tag-version 9\.9\.9/)
  })
})

describe('script/release-files', () => {
  it('attaches server.sh and dist/, with sums that agree and are the same each time', () => {
    const folder = mkdtempSync(join(tmpdir(), 'release-'))
    try {
      for (const name of ['one', 'two']) execFileSync('bash', [join(root, 'script/release-files'), join(folder, name)])
      const sums = readFileSync(join(folder, 'one/SHA256SUMS'), 'utf8')
      expect(readFileSync(join(folder, 'two/SHA256SUMS'), 'utf8')).toBe(sums)
      expect(readdirSync(join(folder, 'one')).sort()).toEqual([
        'SHA256SUMS',
        'dist.tar.gz',
        'server.sh',
        'server.sh.sha256',
      ])
      const check = 'tar -xzf dist.tar.gz && sha256sum --quiet --check SHA256SUMS server.sh.sha256'
      execFileSync('sh', ['-c', check], { cwd: join(folder, 'one') })
      expect(sums.match(/ dist\/.+$/gm)).toHaveLength(filesOf('dist').length)
    } finally {
      rmSync(folder, { recursive: true })
    }
  })
})

describe('the forms for issues', () => {
  const field = z.object({ type: z.string(), id: z.string().optional(), attributes: z.record(z.string(), z.unknown()) })
  const form = z.object({ name: z.string(), description: z.string(), body: z.array(field).min(1) })

  it.each(['bug.yml', 'idea.yml'])('%s has a name, a description and fields with labels', name => {
    const { body } = form.parse(parse(read(`.github/ISSUE_TEMPLATE/${name}`)))
    const fields = body.filter(({ type }) => type !== 'markdown')
    expect(fields.filter(({ id, attributes }) => id === undefined || typeof attributes['label'] !== 'string')).toEqual(
      [],
    )
  })
})
