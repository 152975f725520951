import { posix } from 'node:path'
import { type Finding, warning } from '../../../findings/finding'
import { listed } from '../../../findings/listed'
import { quotedName } from '../../../findings/quoted-name'
import type { ArtifactBaseline } from '../../../repository/guards/baseline'
import type { FilesArtifact } from '../../../repository/manifest/manifest'
import { plural } from '../../../runtime/text/format-count'
import { isInside } from '../plan/folder-paths'
import type { LayoutReader } from './folder-layout'
import type { OutsideLinks } from './outside-links'

type Noted = Pick<FilesArtifact, 'content'>

/** What a person should know of the folders beside their counts, a sentence each. */
export function layoutNotes({ content: { mounts = [], pathLinks = [], outsideLinks } }: Noted): string[] {
  const mounted = mounts.map(({ path, type, files }) => `${quotedName(path)} (${type}, ${plural(files, 'file')})`)
  return [
    ...mountNotes(mounted),
    ...linkNotes(pathLinks),
    ...(outsideLinks === undefined ? [] : [outsideLinksIn(outsideLinks)]),
  ]
}

/** The same of a dry run, which counts nothing. */
export function layoutFacts({ mounts = [], pathLinks }: Pick<LayoutReader, 'mounts' | 'pathLinks'>): string[] {
  const mounted = mounts.map(({ path, type }) => `${quotedName(path)} (${type})`)
  return [...mountNotes(mounted), ...linkNotes(pathLinks)]
}

/** Links that lead out, unless the last good recovery point had the same ones. */
export function newOutsideLinks({ content: { outsideLinks } }: Noted, before: ArtifactBaseline | undefined): Finding[] {
  if (outsideLinks === undefined || before?.marks?.['link that leads out'] === outsideLinks.sha256) return []
  return [outsideLinkWarning(outsideLinks)]
}

/** What links that lead out mean for a restore, and what to add to `paths`. */
export function outsideLinkWarning(links: OutsideLinks): Finding {
  const { places, packages } = placesToAdd(links)
  const add =
    places.length === 0
      ? []
      : [
          `If it belongs to the site, add it to "paths" (the folder of a file):\npaths: |\n${places.map(place => `  ${place}`).join('\n')}`,
        ]
  const install = packages.length === 0 ? [] : [`A new server needs the packages that bring ${listed(packages, 5)}.`]
  return warning('outside-links', outsideLinksIn(links), [...install, ...add].join('\n'))
}

function outsideLinksIn({ count, links }: OutsideLinks): string {
  const named = links.map(({ path, target }) => `${quotedName(path)} -> ${quotedName(target)}`)
  return `${plural(count, 'symbolic link leads', 'symbolic links lead')} out of "paths": ${listed(named, 5, count)}. A restore brings ${count === 1 ? 'it' : 'them'} back as ${count === 1 ? 'a link' : 'links'}; what ${count === 1 ? 'it leads' : 'they lead'} to is not in the recovery point.`
}

function mountNotes(mounted: readonly string[]): string[] {
  return mounted.length === 0 ? [] : [`Mounted in the folders: ${listed(mounted, 10)}.`]
}

function linkNotes(pathLinks: LayoutReader['pathLinks']): string[] {
  return pathLinks.map(
    ({ path, target }) =>
      `${quotedName(path)} is a symbolic link to ${quotedName(target)}: the archive has what it leads to.`,
  )
}

const placesMax = 20

/** Where the links lead: to the system, which packages bring back, or to what is only there. */
function placesToAdd({ links }: OutsideLinks): { places: string[]; packages: string[] } {
  const targets = [...new Set(links.map(({ leadsTo }) => leadsTo))]
  const own = targets.filter(target => !isSystem(target) && target !== '/')
  const inFolder = Map.groupBy(own, target => posix.dirname(target))
  // Links to several things in one folder mean that folder; a name with a dot is likely to be a file.
  const places = [...inFolder].flatMap(([folder, inside]) =>
    isBroad(folder) || (inside.length === 1 && !posix.basename(inside[0] ?? '').includes('.')) ? inside : [folder],
  )
  const packages = targets.filter(isSystem).map(target => target.split('/').slice(0, 4).join('/'))
  return { places: outermost(places).slice(0, placesMax), packages: [...new Set(packages)] }
}

function isSystem(path: string): boolean {
  return ['/usr', '/etc', '/lib', '/lib64', '/bin', '/sbin', '/opt', '/proc', '/sys', '/dev', '/run'].some(folder =>
    isInside(path, folder),
  )
}

/** One that has much besides the site. */
function isBroad(folder: string): boolean {
  return (
    folder.split('/').length <= 2 ||
    ['/var/www', '/var/lib', '/var/log'].includes(folder) ||
    /^\/home\/[^/]+$/.test(folder)
  )
}

function outermost(places: readonly string[]): string[] {
  const all = [...new Set(places)].sort()
  return all.filter(place => !all.some(other => other !== place && isInside(place, other)))
}
