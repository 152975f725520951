import { mapAll, readAll } from '../../findings/read-all'
import { shown, wrongInput } from '../../findings/wrong-input'
import type { UserError } from '../../runtime/errors'
import { fullEvery } from '../../sources/files/levels/plan-level'
import { isInside, isKernelFolder } from '../../sources/files/plan/folder-paths'
import { compareContents as comparisons, type FileSettings } from '../../sources/files/plan/folder-settings'
import { choice, type InputReader, lines, optional } from '../read'
import { checkPattern, checkReach } from './exclude-pattern'

/** The inputs `paths`, `exclude`, `mirror-dir`, `full-every`, `compare-contents` and `rsync-bwlimit`. */
export function loadFiles(read: InputReader): FileSettings {
  const { paths, exclude, mirrorDir, compareContents, bandwidthLimit, every } = readAll({
    paths: () => readPaths(read),
    exclude: () => mapAll(lines(read, 'exclude'), checkPattern),
    mirrorDir: () => readMirrorDir(read),
    compareContents: () => choice(read, 'compare-contents', comparisons) ?? 'weekly',
    bandwidthLimit: () => readBandwidthLimit(read),
    every: () => choice(read, 'full-every', fullEvery) ?? 'run',
  })
  mapAll(paths.length === 0 ? [] : exclude, pattern => checkReach(pattern, paths))
  const covering = paths.find(path => isInside(path, mirrorDir))
  if (covering !== undefined) {
    throw wrongInput(
      'mirror-dir',
      `be a separate folder that does not contain the path ${shown(covering)}`,
      mirrorDir,
      'rsync deletes files from the mirror that are not in the source, so it must never contain the originals. For example: ~/.make-a-backup/mirror',
    )
  }
  return {
    ...{ paths, exclude, mirrorDir, compareContents, fullEvery: every },
    ...(bandwidthLimit === undefined ? {} : { bandwidthLimit }),
  }
}

const defaultMirrorDir = '~/.make-a-backup/mirror'
const longestPath = 4095

function readPaths(read: InputReader): string[] {
  const paths = mapAll(lines(read, 'paths'), line => normalPath('paths', line))
  mapAll(paths, (path, index) => {
    refuseSystemFolder(path)
    if (paths.indexOf(path) !== index) {
      throw wrongInput('paths', 'name each folder once', path, 'Remove the second mention.')
    }
    const outer = paths.find(other => other !== path && isInside(path, other))
    if (outer !== undefined) {
      throw wrongInput(
        'paths',
        `name no folder inside another, here ${shown(outer)}`,
        path,
        'The outer one already contains it: remove it.',
      )
    }
  })
  return paths
}

/** Throws for the root and for the virtual file systems of the kernel. */
export function refuseSystemFolder(path: string): void {
  if (path === '/') {
    throw wrongInput('paths', 'name folders below the root', path, 'For example: /var/www/html')
  }
  if (isInside(path, '/.make-a-backup')) {
    throw wrongInput('paths', 'name folders of a site', path, 'The mirror has its own notes under this name.')
  }
  if (isKernelFolder(path)) {
    throw wrongInput('paths', 'name folders with real files', path, 'This is a virtual file system of the kernel.')
  }
}

/** Normalizes an absolute path, or `~/…` with `home`: no double slashes, no slash at the end. Throws `UserError`. */
export function normalPath(name: string, value: string, options: { home?: boolean } = {}): string {
  const rule = options.home ? 'be an absolute path or begin with "~/"' : 'be absolute paths'
  const refuse = (advice: string): UserError => wrongInput(name, rule, value, advice)
  if (!value.startsWith('/') && !(options.home && value.startsWith('~/'))) {
    throw refuse(
      value.startsWith('~')
        ? 'Write the full path of the home folder, as in: /home/deploy/site'
        : 'For example: /var/www/html',
    )
  }
  if (value.split('/').some(part => part === '.' || part === '..')) throw refuse('Write the path without "." and "..".')
  if (Buffer.byteLength(value) > longestPath) throw refuse(`A path has at most ${longestPath} bytes.`)
  return value.replace(/\/+/g, '/').replace(/(?<=.)\/$/, '')
}

function readMirrorDir(read: InputReader): string {
  const value = optional(read, 'mirror-dir') ?? defaultMirrorDir
  const path = normalPath('mirror-dir', value, { home: true })
  if (path === '/' || path === '~') {
    throw wrongInput('mirror-dir', 'be a separate folder', value, `For example: ${defaultMirrorDir}`)
  }
  return path
}

/** rsync(1), `--bwlimit`: a number in units of 1024 bytes, or with a suffix. rsync refuses less than 512 bytes/s. */
function readBandwidthLimit(read: InputReader): string | undefined {
  const value = optional(read, 'rsync-bwlimit')
  if (value === undefined) return undefined
  const [, number, suffix = ''] = /^([0-9]+(?:\.[0-9]+)?)([KMG](?:i?B)?)?$/i.exec(value) ?? []
  if (number === undefined || Number(number) > 1_000_000) {
    throw wrongInput(
      'rsync-bwlimit',
      'be a rate in the format of rsync',
      value,
      'For example: 500 (KiB per second), 2.5M or 0 (no limit)',
    )
  }
  const base = /^.b$/i.test(suffix) ? 1000 : 1024
  const bytes = Number(number) * base ** (suffix === '' ? 1 : 'kmg'.indexOf(suffix.charAt(0).toLowerCase()) + 1)
  if (bytes > 0 && bytes < 512) {
    throw wrongInput('rsync-bwlimit', 'be at least 0.5 (512 bytes per second), or 0 for no limit', value)
  }
  return value
}
