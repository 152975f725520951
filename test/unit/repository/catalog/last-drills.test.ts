import { lastDrills } from '../../../../src/repository/catalog/last-drills'
import { type Proof, serializeProof } from '../../../../src/repository/manifest/proof'
import { memoryStore } from '../../../memory/memory-store'

const run = { repository: 'acme/shop', id: '1', attempt: '1', event: 'schedule', url: '' }
const facts = {
  ...{ format: 'make-a-backup-proof/1' as const, artifacts: [], run },
  tool: { name: 'make-a-backup', version: '1' },
}

function proof(slot: string, end: { provenAt: string } | { failedAt: string }): Proof {
  const known = { ...facts, slot, takenAt: '2026-11-23T12:05:02.120Z' }
  return 'provenAt' in end
    ? { ...known, status: 'proven', ...end, restoreSeconds: 41.2, tables: 16, files: 2521 }
    : { ...known, status: 'failed', ...end, findings: [{ code: 'import', message: 'It is broken.' }] }
}

describe('lastDrills', () => {
  it('reads the newest records of what is still there, the newest first', async () => {
    let seconds = 0
    const store = memoryStore({ now: () => new Date(Date.UTC(2026, 10, 23, 12, 0, seconds++)) })
    const put = (key: string, text: string) => store.putText(`p/${key}`, text, { contentType: 'application/json' })
    await put('replaced.proof.json', serializeProof(proof('replaced', { provenAt: '2026-11-23T12:00:00Z' })))
    for (const slot of ['replaced', 'a', 'b', 'c', 'd']) await put(`${slot}.manifest.json`, '{}')
    await put('a.proof.json', serializeProof(proof('a', { provenAt: '2026-11-23T12:00:01Z' })))
    await put('b.proof.json', 'not a proof')
    await put('c.proof.json', serializeProof(proof('c', { failedAt: '2026-11-23T12:00:03Z' })))
    const listed = []
    for await (const object of store.list('p/')) listed.push(object)
    const repository = { store, prefix: 'p' }
    const found = await lastDrills(repository, listed, 5)
    expect(found.map(({ slot, status, problem, proven }) => [slot, status, problem ?? proven?.restoreSeconds])).toEqual(
      [
        ['c', 'failed', 'It is broken.'],
        ['a', 'proven', 41.2],
      ],
    )
    expect(await lastDrills(repository, listed, 1)).toHaveLength(1)
    const trusting = { ...repository, trust: { signers: new Set(['SHA256:x']), demand: 'required' as const } }
    expect(await lastDrills(trusting, listed, 5)).toEqual([])
  })
})
