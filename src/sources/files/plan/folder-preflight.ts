import { defined } from '../../../runtime/defined'
import type { Connection } from '../../../ssh/remote'
import type { AnswerRow } from '../../host/answer'
import { type HostFacts, hostFacts, type OwnFolder, ownFolder, type PreflightReaders } from '../../host/host-facts'
import { freeBytesOf, freeInodesOf } from '../../host/parse-disk'
import { pathBytes } from '../check/expected-paths'
import { folderKnowledge } from '../folder-errors'
import { LayoutReader } from '../layout/folder-layout'
import { OutsideLinkFinder, type OutsideLinks } from '../layout/outside-links'
import { rsyncName, type UnreadableEntry } from '../unreadable'
import { type ListedFolder, listedFolder } from './list-folders'

export interface FolderPreflightRequest {
  paths: readonly string[]
  exclude: readonly string[]
  mirrorDir: string
  /** Also estimate what the mirror needs: rsync reads all folders for it. */
  estimates: boolean
  signal?: AbortSignal | undefined
}

/** What a mirror would meet on the server. What could not be found out is undefined. */
export interface FolderHostFacts extends HostFacts {
  paths: ListedFolder[]
  mirror?: OwnFolder
  /** On the disk of the mirror, for the SSH user. */
  freeBytes?: number
  /** Files and folders that may still be made there. */
  freeInodes?: number
  /** What rsync still has to copy into the mirror, from a dry run, and how much the folders hold in all. */
  estimate?: { missingBytes: number; missingFiles: number; totalBytes: number }
  /** Files that rsync would copy and may not read, with the first of them. */
  unreadable: { count: number; files: UnreadableEntry[] }
  /** Which rsync cannot copy, with some of their names. */
  devices: { count: number; names: string[] }
  /** Patterns that leave something out, as rsync prints them; undefined when it does not say. */
  usedPatterns?: ReadonlySet<string>
  /** What a manifest would record of the folders. */
  layout: LayoutReader
  outsideLinks?: OutsideLinks
}

/** The job `preflight`, for folders. Reads only. */
export async function preflightFolders(
  connection: Connection,
  { paths, exclude, mirrorDir, estimates, signal }: FolderPreflightRequest,
): Promise<FolderHostFacts> {
  const listed: ListedFolder[] = []
  const stats: string[] = []
  const devices = { count: 0, names: [] as string[] }
  let mirror: OwnFolder | undefined
  let freeBytes: number | undefined
  let freeInodes: number | undefined
  let usedPatterns: Set<string> | undefined
  const unreadable: FolderHostFacts['unreadable'] = { count: 0, files: [] }
  const layout = new LayoutReader(paths)
  const links: { number: string; below: string; target: string }[] = []
  const readers: PreflightReaders = new Map<string, (row: AnswerRow) => void>([
    ['path', row => listed.push(listedFolder(row))],
    ['folder', row => (mirror = ownFolder(row))],
    ['disk', row => (freeBytes = freeBytesOf(row.rest(1)))],
    ['inodes', row => (freeInodes = freeInodesOf(row.rest(1)))],
    ['sees-patterns', () => (usedPatterns = new Set())],
    ['pattern', row => usedPatterns?.add(rsyncName(row.rest(1)).toString())],
    ['unreadable', row => (unreadable.count = Number.parseInt(row.field(1), 10) || 0)],
    ['unreadable-file', row => unreadable.files.push({ path: Buffer.from(row.field(1), 'hex'), isFolder: false })],
    ['skipped', row => (devices.count = Number.parseInt(row.field(1), 10) || 0)],
    ['skip', row => devices.names.push(row.rest(1))],
    ['stats', row => stats.push(row.rest(1))],
    ['real', row => layout.read('real', row.field(1), row.rest(2))],
    ['linked', row => layout.read('linked', row.field(1), row.rest(2))],
    ['mount', row => layout.read('mount', row.field(1), row.field(2), row.rest(3))],
    ['link', row => links.push({ number: row.field(1), below: row.field(2), target: row.rest(3) })],
  ])
  const request = [
    ...paths.map(path => ['path', path] as const),
    ...exclude.map(pattern => ['exclude', pattern] as const),
    ['mirror', mirrorDir] as const,
    ['estimate', estimates ? 'yes' : ''] as const,
  ]
  const facts = await hostFacts(connection, { request, readers, knowledge: folderKnowledge, signal })
  const estimate = estimateOf(stats, mirror?.state === 'present')
  const outsideLinks = outsideLinksOf(layout, links)
  const found = defined({ mirror, freeBytes, freeInodes, estimate, usedPatterns, outsideLinks })
  return { ...facts, paths: listed, unreadable, devices, layout, ...found }
}

function outsideLinksOf(
  { folders }: LayoutReader,
  links: readonly { number: string; below: string; target: string }[],
): OutsideLinks | undefined {
  const finder = new OutsideLinkFinder(folders)
  for (const { number, below, target } of links) {
    const folder = folders[Number(number)]
    if (folder !== undefined) finder.add(pathBytes(`${folder.path}/${below}`), pathBytes(target))
  }
  return finder.finish()
}

/** From rsync's statistics. Without a mirror, everything is missing. */
function estimateOf(stats: readonly string[], hasMirror: boolean): FolderHostFacts['estimate'] {
  const number = (pattern: RegExp): number =>
    Number(stats.map(line => pattern.exec(line)?.[1]).find(value => value !== undefined))
  const missingBytes = number(hasMirror ? /Total transferred file size: (\d+)/ : /Total file size: (\d+)/)
  const totalBytes = number(/Total file size: (\d+)/)
  const missingFiles = number(hasMirror ? /Number of (?:regular )?files transferred: (\d+)/ : /Number of files: (\d+)/)
  if (![missingBytes, missingFiles, totalBytes].every(Number.isSafeInteger)) return undefined
  return { missingBytes, missingFiles, totalBytes }
}
