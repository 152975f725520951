import type { DatabaseInventory, Flavor } from '../../../../../src/sources/mysql/inventory/inventory'
import { dumpToolProblems } from '../../../../../src/sources/mysql/plan/dump-tool-problems'

const database = (overrides: Partial<DatabaseInventory> = {}): DatabaseInventory => ({
  ...{ name: 'shop', characterSet: 'utf8mb4', collation: 'utf8mb4_bin', tables: [], triggers: [], routines: [] },
  ...{ events: [], definers: [], ambiguous: [] },
  ...overrides,
})

const found = (flavor: Flavor, dumpTool: string, databases = [database()]) =>
  dumpToolProblems({ server: { flavor, version: '1' }, dumpTool }, databases)

const ofMysql = 'mysqldump  Ver 9.7.4 for Linux on x86_64'

describe('dumpToolProblems', () => {
  it.each<[Flavor, string]>([
    ['mysql', ofMysql],
    ['mariadb', 'mysqldump  Ver 10.19 Distrib 10.5.23-MariaDB, for debian-linux-gnu'],
    ['mariadb', 'mariadb-dump from 11.8.9-MariaDB, client 10.19'],
    ['mysql', ''],
  ])('has nothing to say of the own tool of %s: %s', (flavor, tool) => {
    expect(found(flavor, tool)).toEqual([])
  })

  it('warns of the tool of the other product', () => {
    expect(found('mariadb', ofMysql)).toMatchObject([
      { level: 'warning', what: expect.stringContaining('is that of MySQL'), fix: expect.stringContaining('MariaDB') },
    ])
  })

  it('refuses it where it cannot write what is there', () => {
    const remarks = [{ about: 'unwritable' as const, kind: 'table', name: 'orders', text: '' }]
    const routines = [
      { name: 'l', kind: 'library', isReadable: true },
      { name: 'f', kind: 'function', isReadable: true },
    ]
    expect(found('mysql', 'mariadb-dump from 11.8.9', [database({ remarks, routines })])).toMatchObject([
      { level: 'error', what: expect.stringMatching(/come back: table "orders" of "shop", library "l" of "shop"\.$/) },
    ])
  })
})
