import type { Inventory } from '../../../../../src/sources/mysql/inventory/inventory'
import { kinshipOf } from '../../../../../src/sources/mysql/restore/kinship'
import { aManifest, someFacts } from '../../../commands/restore/a-restore'

const tool = 'mariadb-dump  Ver 10.19 Distrib 10.11.19-MariaDB, for debian-linux-gnu (x86_64)'
const made = aManifest()
const server = { flavor: 'mariadb', version: '10.11.19', dumpTool: tool, options: [] } as const
const manifest = { ...made, server: { os: '', database: { ...server, options: [] } } }
const inventory = (server: Partial<Inventory['server']>, dumpTool: string = tool) => {
  const found = someFacts({ server }).database?.found.inventory
  return found && { ...found, dumpTool }
}

describe('kinshipOf', () => {
  it.each([
    ['twin', {}, undefined],
    ['series', {}, 'mariadb-dump  Ver 10.19 Distrib 10.11.6-MariaDB, for debian-linux-gnu (x86_64)'],
    ['stranger', {}, 'mariadb-dump from 11.4.4-MariaDB, client 10.19 for debian-linux-gnu (x86_64)'],
    ['stranger', {}, 'mysqldump  Ver 10.13 Distrib 10.11.19, for Linux (x86_64)'],
    ['stranger', {}, 'mysqldump  Ver 8.0.39 for Linux on x86_64 (MySQL Community Server - GPL)'],
    ['stranger', {}, 'a tool of somebody'],
    ['series', { version: '10.11.2' }, undefined],
    ['stranger', { version: '10.6.19' }, undefined],
    ['stranger', { version: '11.11.19' }, undefined],
    ['stranger', { version: '10.1.19' }, undefined],
    ['stranger', { flavor: 'mysql' }, undefined],
  ] as const)('is %s to %j, dumped by %s', (kinship, server, dumpTool) => {
    expect(kinshipOf(manifest, inventory(server, dumpTool))).toBe(kinship)
  })

  it('tells releases of MySQL apart by what their tools say', () => {
    const mysql = (version: string) => ({
      ...{ flavor: 'mysql' as const, version, options: [] },
      dumpTool: `mysqldump  Ver ${version} for Linux on x86_64 (MySQL Community Server - GPL)`,
    })
    const from = { ...made, server: { os: '', database: mysql('8.0.39') } }
    const to = (version: string) => inventory(mysql(version), mysql(version).dumpTool)
    expect(['8.0.39', '8.0.41', '8.4.3'].map(version => kinshipOf(from, to(version)))).toEqual([
      'twin',
      'series',
      'stranger',
    ])
  })

  it('is stranger where nothing is known', () => {
    expect(kinshipOf(manifest, undefined)).toBe('stranger')
    expect(kinshipOf({ ...manifest, server: { os: '' } }, inventory({}))).toBe('stranger')
  })
})
