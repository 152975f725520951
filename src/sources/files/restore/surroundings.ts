import { listed } from '../../../findings/listed'
import type { Manifest } from '../../../repository/manifest/manifest'
import type { NextStep } from '../../restore-item'
import { isInside } from '../plan/folder-paths'

/** Where distributions keep what a site needs beside its files. */
const surroundings = [
  { what: 'the virtual host of the web server', places: ['/etc/apache2', '/etc/httpd', '/etc/nginx'] },
  { what: 'the settings of PHP', places: ['/etc/php', '/etc/php.d', '/etc/php.ini'] },
  { what: 'certificates', places: ['/etc/letsencrypt', '/etc/ssl'] },
  { what: 'cron jobs', places: ['/etc/cron.d', '/etc/crontab', '/var/spool/cron'] },
]

/** What a site needs that is not in its recovery point, as far as that is known from its manifest. */
export function surroundingSteps({ server }: Pick<Manifest, 'server'>, paths: readonly string[]): NextStep[] {
  const missing = surroundings.filter(({ places }) => !places.some(place => paths.some(path => isInside(place, path))))
  const { php, os } = server
  return [
    ...(missing.length === 0
      ? []
      : [
          {
            what: `Not in the recovery point, which has ${listed(paths, 5)} and no more: ${listed(
              missing.map(({ what }) => what),
              missing.length,
            )}.`,
            commands: [],
          },
        ]),
    ...(php === undefined
      ? []
      : [
          {
            what: `PHP on the command line of the old server (${os}) was ${php.version}, with these modules: ${listed(php.modules, 80)}. To compare:`,
            commands: ['php -v; php -m'],
          },
        ]),
  ]
}
