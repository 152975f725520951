import { listed } from '../../../findings/listed'
import { formatSize } from '../../../runtime/text/format-size'
import { productName } from '../../../runtime/text/product-name'
import type { RestoreNeeds } from '../../backup-part'
import { grantPattern, quotedIdentifier } from '../client/sql-names'
import type { DatabaseInventory, Inventory } from '../inventory/inventory'
import { seriesOf } from '../target/server-version'

const namedAtMost = 5

/** What a server must have to which these databases are restored, as far as the server that has them shows it. */
export function restoreNeeds(
  { server, grants }: Inventory,
  databases: readonly DatabaseInventory[],
  settings: ReadonlyMap<string, string>,
): RestoreNeeds {
  const { flavor, version } = server
  const names = databases.map(({ name }) => `${quotedIdentifier(grantPattern(grants, name))}.*`)
  const definers = [...new Set(databases.flatMap(each => each.definers))]
  const wanted = neededSettings(databases, settings)
  return {
    tools: flavor === 'mariadb' ? ['mariadb', 'mariadb-dump'] : ['mysql', 'mysqldump'],
    others: [
      `${productName(flavor)} ${seriesOf(version) ?? version} or newer, and a login with ALL PRIVILEGES on ${listed(names, namedAtMost)}.`,
      ...(definers.length === 0
        ? []
        : [`The accounts in whose names views, triggers, routines and events are: ${listed(definers, namedAtMost)}.`]),
      ...(wanted.length === 0 ? [] : [`In the settings of the database server, as here: ${wanted.join(', ')}.`]),
    ],
  }
}

/** Below this every server can take a row: it is MariaDB's default. */
const usualPacketBytes = 16 * 1024 * 1024

function neededSettings(databases: readonly DatabaseInventory[], settings: ReadonlyMap<string, string>): string[] {
  const isOn = (name: string) => /^(ON|1)$/i.test(settings.get(name) ?? '')
  const has = (objects: 'events' | 'routines' | 'triggers') => databases.some(each => each[objects].length > 0)
  const letterCase = settings.get('lower_case_table_names') ?? '0'
  const pageBytes = settings.get('innodb_page_size') ?? '16384'
  const packetBytes = Number(settings.get('max_allowed_packet') ?? 0)
  return [
    ...(pageBytes === '16384' ? [] : [`innodb_page_size=${pageBytes} (set before its data folder is made)`]),
    ...(letterCase === '0' ? [] : [`lower_case_table_names=${letterCase} (set before its data folder is made)`]),
    ...(packetBytes > usualPacketBytes
      ? [`max_allowed_packet=${packetBytes} (${formatSize(packetBytes)}) or more`]
      : []),
    ...(isOn('event_scheduler') && has('events') ? ['event_scheduler=ON'] : []),
    ...(isOn('log_bin_trust_function_creators') && (has('routines') || has('triggers'))
      ? ['log_bin_trust_function_creators=ON']
      : []),
  ]
}
