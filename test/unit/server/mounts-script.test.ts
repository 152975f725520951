import { execFileSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, realpathSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

const script = join(__dirname, '../../../src/server/script/mounts.sh')

let folder: string
beforeEach(() => {
  folder = realpathSync(mkdtempSync(join(tmpdir(), 'mounts ')))
  mkdirSync(join(folder, 'site/wp-content/uploads'), { recursive: true })
  symlinkSync('site', join(folder, 'current'))
})
afterEach(() => rmSync(folder, { recursive: true }))

/** As the kernel writes a path. */
function escaped(path: string): string {
  return path.replace(/[ \t\n\\]/g, letter => `\\${letter.charCodeAt(0).toString(8).padStart(3, '0')}`)
}

/** A line of /proc/self/mountinfo, with `shared:7` or nothing among its optional fields. */
function mounted(path: string, type: string, optional = 'shared:7 '): string {
  return `36 35 8:1 /live ${escaped(path)} rw,noatime ${optional}- ${type} /dev/sda1 rw\n`
}

function listed(shell: string, path: string, table?: string): string {
  writeFileSync(join(folder, 'table'), table ?? '')
  const [program = 'sh', ...words] = shell.split(' ')
  const text = `tab='\t'\n. '${script}'\nmount_table=$2\nlist_mounts "$1"\nif find_mount "$1"; then printf 'first %s\\n' "$REPLY"; fi`
  const place = table === undefined ? '/no such table' : join(folder, 'table')
  return execFileSync(program, [...words, '-fuc', text, 'sh', path, place], {
    env: { ...process.env, LC_ALL: 'C' },
  }).toString()
}

describe.each([['dash'], ['bash'], ['bash --posix'], ['busybox ash']])('list_mounts under %s', shell => {
  it('finds mounts at and below a folder, by what the kernel says of them', () => {
    const site = join(folder, 'site')
    const table = [
      mounted('/', 'ext4'),
      mounted(site, 'ext4', ''),
      mounted(`${site}/wp-content/uploads`, 'autofs'),
      mounted(`${site}/wp-content/uploads`, 'nfs4', 'shared:1 master:2 '),
      mounted(`${site}/a b\tc\nd\\e`, 'tmpfs'),
      mounted(`${site}-old/uploads`, 'ext4'),
      mounted(folder, 'xfs'),
    ].join('')
    const found = 'ext4\t\nnfs4\twp-content/uploads\ntmpfs\ta b\\011c\\012d\\134e\n'
    expect(listed(shell, site, table)).toBe(`${found}first ${site}\n`)
    expect(listed(shell, join(folder, 'current'), table)).toBe(`${found}first ${join(folder, 'current')}\n`)
    expect(listed(shell, `${site}/wp-content`, table)).toBe(`nfs4\tuploads\nfirst ${site}/wp-content/uploads\n`)
    expect(listed(shell, `${site}/wp-content/uploads/2026`, table)).toBe('')
    expect(listed(shell, join(folder, 'nowhere'), table)).toBe('')
  })

  it('finds them by device numbers where there is no such table', () => {
    expect(listed(shell, '/proc')).toBe('unknown\t\nfirst /proc\n')
    expect(listed(shell, join(folder, 'site'))).toBe('')
  })
})
