import { kinshipOf } from '../../../../src/commands/restore/kinship'
import type { Inventory } from '../../../../src/server/inventory'
import { aManifest, someFacts } from './a-restore'

const manifest = aManifest()
const inventory = (server: Partial<Inventory['server']>, dumpTool = 'mariadb-dump 10.19') => {
  const found = someFacts({ server }).database?.findings.inventory
  return found && { ...found, dumpTool }
}

describe('kinshipOf', () => {
  it.each([
    ['twin', {}, undefined],
    ['series', {}, 'mariadb-dump 10.20'],
    ['series', { version: '10.11.2' }, undefined],
    ['stranger', { version: '10.6.19' }, undefined],
    ['stranger', { version: '11.11.19' }, undefined],
    ['stranger', { version: '10.1.19' }, undefined],
    ['stranger', { flavor: 'mysql' }, undefined],
  ] as const)('is %s to %j, dumped by %s', (kinship, server, dumpTool) => {
    expect(kinshipOf(manifest, inventory(server, dumpTool))).toBe(kinship)
  })

  it('is stranger where nothing is known', () => {
    expect(kinshipOf(manifest, undefined)).toBe('stranger')
    expect(kinshipOf({ ...manifest, server: { os: '' } }, inventory({}))).toBe('stranger')
  })
})
