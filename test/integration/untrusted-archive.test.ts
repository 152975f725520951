import { execFileSync } from 'node:child_process'
import { chmodSync, linkSync, mkdirSync, readFileSync, rmSync, symlinkSync, truncateSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { checkArchive } from '../../src/sources/files/check/archive-check'
import type { ArchiveContent } from '../../src/sources/files/check/archive-content'
import { freshDocroot, freshFolder, testServices } from '../servers/test-services'

const services = testServices()

function tar(...args: string[]): Buffer {
  return execFileSync('tar', args, { maxBuffer: 256 * 1024 * 1024 })
}

function check(bytes: Buffer, paths: string[]): ArchiveContent {
  const checking = checkArchive({ paths: paths.map(path => path.slice(1)) })
  for (let at = 0; at < bytes.length; at += 10_007) checking.write(bytes.subarray(at, at + 10_007))
  return checking.finish()
}

/** What is in a folder, as `find` and `stat` count it; the bytes of a file with several names once. */
function counted(folder: string): { files: number; directories: number; links: number; fileBytes: number } {
  const find = (...args: string[]) =>
    execFileSync('find', [folder, ...args, '-printf', '%i %s\\n'], { encoding: 'utf8' })
  const lines = (text: string) => text.split('\n').filter(line => line !== '')
  const files = lines(find('-type', 'f'))
  const sizes = [...new Set(files)].map(line => Number(line.split(' ')[1]))
  return {
    files: files.length,
    directories: lines(find('-type', 'd')).length,
    links: lines(find('-type', 'l')).length,
    fileBytes: sizes.reduce((sum, size) => sum + size, 0),
  }
}

describe('checkArchive on archives of GNU tar', () => {
  it.each([[['--format=gnu']], [['--format=posix']], [['--format=gnu', '--numeric-owner']]])(
    'tells what an awkward web root becomes: %j',
    async options => {
      const paths = [await freshDocroot(services), await freshFolder(services)]
      const [html = '', other = ''] = paths
      mkdirSync(join(other, 'd'.repeat(150), 'e'.repeat(150)), { recursive: true })
      writeFileSync(join(other, 'program'), '')
      chmodSync(join(other, 'program'), 0o4755)
      linkSync(join(other, 'program'), join(other, 'again'))
      symlinkSync('t'.repeat(150), join(other, 'l'.repeat(150)))
      symlinkSync('/etc/passwd', join(other, 'outside'))
      linkSync(join(other, 'outside'), join(other, 'outside too'))
      execFileSync('mkfifo', [join(other, 'pipe')])
      const names = paths.map(path => path.slice(1))
      const found = check(tar(...options, '-C', '/', '-cf', '-', ...names), paths)
      expect(found.perPath).toMatchObject(paths.map(path => ({ path: path.slice(1), ...counted(path) })))
      expect(found.risky.map(({ kind, count }) => [kind, count])).toEqual([
        ['set-uid', 1],
        ['devices', 0],
        ['capabilities', 0],
        ['attributes', 0],
      ])
      expect(found.specials).toBe(1)
      expect(found.perPath.map(({ outside }) => outside)).toEqual([undefined, undefined])
      linkSync(join(other, 'program'), join(html, 'crossing'))
      const crossing = check(tar('-C', '/', '-cf', '-', ...names), paths).perPath
      expect(crossing.some(({ outside }) => outside !== undefined)).toBe(true)
    },
  )

  it('refuses sparse files, which only GNU tar reads', async () => {
    const folder = await freshFolder(services)
    writeFileSync(join(folder, 'sparse'), 'x')
    truncateSync(join(folder, 'sparse'), 5_000_000)
    const sparse = (...options: string[]) => tar('-C', '/', ...options, '-cf', '-', folder.slice(1))
    expect(() => check(sparse('-S', '--format=gnu'), [folder])).toThrow('the unknown type "S"')
    expect(() => check(sparse('-S', '--format=posix'), [folder])).toThrow('"GNU.sparse.major"')
    expect(check(sparse('--format=gnu'), [folder]).files).toBe(1)
  })

  it('refuses one whose entries would go through a link of its own', async () => {
    const folder = await freshFolder(services)
    const file = join(await freshFolder(services), 'hostile.tar')
    symlinkSync('/etc', join(folder, 'out'))
    const name = folder.slice(1)
    tar('-C', '/', '-cf', file, name)
    rmSync(join(folder, 'out'))
    mkdirSync(join(folder, 'out'))
    writeFileSync(join(folder, 'out', 'passwd'), 'mine')
    tar('-C', '/', '-rf', file, `${name}/out/passwd`)
    expect(() => check(readFileSync(file), [folder])).toThrow(
      `The archive has an entry that would be written through a symbolic link of its own: "${name}/out/passwd"`,
    )
  })

  it('refuses one with absolute names', async () => {
    const folder = await freshFolder(services)
    writeFileSync(join(folder, 'file'), '')
    expect(() => check(tar('-P', '-cf', '-', folder), [folder])).toThrow('an absolute name')
  })
})
