import { isInside } from '../plan/folder-paths'

/** What lies here is run, read or obeyed by the system, by root or by a login. */
const systemFolders = [
  ...['/etc', '/root', '/usr', '/bin', '/sbin', '/lib', '/lib32', '/lib64', '/libx32', '/boot', '/run'],
  ...['/var/run', '/var/spool', '/var/lib', '/var/cron'],
]

/** Sites that live below them all the same. */
const webRoots = [
  ...['/usr/share/nginx/html', '/usr/share/nginx/www', '/usr/share/httpd', '/usr/local/www'],
  ...['/usr/local/apache2/htdocs', '/usr/local/nginx/html'],
]

/**
 * Whether more than a site is written with this folder: one of the system's own, or one that holds such; a whole home,
 * with the keys that may log in to it; anything hidden, such as `.ssh`.
 */
export function isSystemPlace(path: string): boolean {
  if (webRoots.some(root => isInside(path, root))) return false
  return (
    systemFolders.some(folder => isInside(path, folder) || isInside(folder, path)) ||
    /^\/home(\/[^/]+)?$/.test(path) ||
    path.includes('/.')
  )
}
