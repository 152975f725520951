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
  const checking = checkArchive({ paths: paths.map(path => path.slice(1)), isUntrusted: true })
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

describe('checkArchive on untrusted archives of GNU tar', () => {
  it.each([
    ['gnu', []],
    ['gnu', ['-S']],
    ['posix', []],
    ['posix', ['-S']],
    ['posix', ['-S', '--sparse-version=0.1']],
  ])('tells what an awkward web root takes on disk: %s %j', async (format, more) => {
    const paths = [await freshDocroot(services), await freshFolder(services)]
    const [html = '', other = ''] = paths
    mkdirSync(join(other, 'd'.repeat(150), 'e'.repeat(150)), { recursive: true })
    writeFileSync(join(other, 'sparse'), 'x')
    truncateSync(join(other, 'sparse'), 5_000_000)
    writeFileSync(join(other, 'program'), '')
    chmodSync(join(other, 'program'), 0o4755)
    linkSync(join(other, 'program'), join(other, 'again'))
    symlinkSync('t'.repeat(150), join(other, 'l'.repeat(150)))
    symlinkSync('/etc/passwd', join(other, 'outside'))
    const bytes = tar(`--format=${format}`, ...more, '-C', '/', '-cf', '-', ...paths.map(path => path.slice(1)))
    const found = check(bytes, paths)
    expect(found.perPath).toEqual(paths.map(path => ({ path: path.slice(1), ...counted(path) })))
    const hazard = (kind: string) => found.hazards?.find(each => each.kind === kind)
    expect(hazard('set-uid')?.count).toBe(1)
    expect(hazard('outside-links')?.examples).toContain(`"${other}/outside" to "/etc/passwd"`)
    expect(hazard('devices')?.count).toBe(0)
    expect(found.crossLinks).toEqual({ count: 0, examples: [] })
    linkSync(join(other, 'program'), join(html, 'crossing'))
    const crossed = tar('-C', '/', '-cf', '-', ...paths.map(path => path.slice(1)))
    expect(check(crossed, paths).crossLinks?.count).toBeGreaterThan(0)
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
