import { isInside } from '../plan/folder-paths'

/** The system, root or a login runs, reads or trusts what is here. */
const systemFolders = [
  ...['/etc', '/root', '/usr', '/bin', '/sbin', '/lib', '/lib32', '/lib64', '/libx32', '/boot', '/run'],
  ...['/var/run', '/var/spool', '/var/lib', '/var/cron'],
]

/** Sites that are in system folders all the same. */
const webRoots = [
  ...['/usr/share/nginx/html', '/usr/share/nginx/www', '/usr/share/httpd', '/usr/local/www'],
  ...['/usr/local/apache2/htdocs', '/usr/local/nginx/html'],
]

/**
 * Whether writing this folder affects more than a site: a system folder, or a folder that contains one; a whole home,
 * with the keys for logins; anything hidden, such as `.ssh`.
 */
export function isSystemPlace(path: string): boolean {
  if (webRoots.some(root => isInside(path, root))) return false
  return (
    systemFolders.some(folder => isInside(path, folder) || isInside(folder, path)) ||
    /^\/home(\/[^/]+)?$/.test(path) ||
    path.includes('/.')
  )
}
