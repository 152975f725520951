import type { Inventory } from '../../../../../src/sources/mysql/inventory/inventory'
import { rowFormatOf } from '../../../../../src/sources/mysql/restore/row-format'
import { aManifest, someFacts } from '../../../commands/restore/a-restore'

const tool = 'mariadb-dump  Ver 10.19 Distrib 10.11.19-MariaDB, for debian-linux-gnu (x86_64)'
const made = aManifest()
const server = { flavor: 'mariadb', version: '10.11.19', dumpTool: tool, options: [] } as const
const manifest = { ...made, server: { os: '', database: { ...server, options: [] } } }
const inventory = (server: Partial<Inventory['server']>, dumpTool: string = tool) => {
  const found = someFacts({ server }).databases.database?.found.inventory
  return found && { ...found, dumpTool }
}

describe('kinshipOf', () => {
  it.each([
    ['identical', {}, undefined],
    ['same-series', {}, 'mariadb-dump  Ver 10.19 Distrib 10.11.6-MariaDB, for debian-linux-gnu (x86_64)'],
    ['unknown', {}, 'mariadb-dump from 11.4.4-MariaDB, client 10.19 for debian-linux-gnu (x86_64)'],
    ['unknown', {}, 'mysqldump  Ver 10.13 Distrib 10.11.19, for Linux (x86_64)'],
    ['unknown', {}, 'mysqldump  Ver 8.0.39 for Linux on x86_64 (MySQL Community Server - GPL)'],
    ['unknown', {}, 'a tool of somebody'],
    ['same-series', { version: '10.11.2' }, undefined],
    ['unknown', { version: '10.6.19' }, undefined],
    ['unknown', { version: '11.11.19' }, undefined],
    ['unknown', { version: '10.1.19' }, undefined],
    ['unknown', { flavor: 'mysql' }, undefined],
  ] as const)('is %s to %j, dumped by %s', (rowFormat, server, dumpTool) => {
    expect(rowFormatOf(manifest, inventory(server, dumpTool))).toBe(rowFormat)
  })

  it('tells releases of MySQL apart by what their tools say', () => {
    const mysql = (version: string) => ({
      ...{ flavor: 'mysql' as const, version, options: [] },
      dumpTool: `mysqldump  Ver ${version} for Linux on x86_64 (MySQL Community Server - GPL)`,
    })
    const from = { ...made, server: { os: '', database: mysql('8.0.39') } }
    const to = (version: string) => inventory(mysql(version), mysql(version).dumpTool)
    expect(['8.0.39', '8.0.41', '8.4.3'].map(version => rowFormatOf(from, to(version)))).toEqual([
      'identical',
      'same-series',
      'unknown',
    ])
  })

  it('is stranger where nothing is known', () => {
    expect(rowFormatOf(manifest, undefined)).toBe('unknown')
    expect(rowFormatOf({ ...manifest, server: { os: '' } }, inventory({}))).toBe('unknown')
  })
})
