import { parseProof, proofFormat, serializeProof } from '../../../../src/repository/manifest/proof'
import { FailureError } from '../../../../src/runtime/errors'
import { aProof } from '../points'

const key = 'web1/Monday-13-00.proof.json'

describe('a proof', () => {
  it('reads back as it was written, with fields of later versions', () => {
    const proof = aProof()
    expect(parseProof(serializeProof(proof), key)).toEqual(proof)
    const later = { ...proof, cost: 3, server: { flavor: 'mariadb', version: '11.4.2', tuned: true } }
    expect(parseProof(serializeProof(later), key)).toEqual(later)
    expect(serializeProof(proof)).toMatch(/^\{\n {2}"format": "make-a-backup-proof\/1",\n[\s\S]*\n\}\n$/)
  })

  it('needs no server when there was no dump to import', () => {
    const { server: _, ...proof } = aProof()
    expect(parseProof(serializeProof(proof), key)).toEqual(proof)
  })

  it.each<[string, object]>([
    ['another format', { format: 'make-a-backup-proof/2' }],
    ['no time', { provenAt: 'yesterday' }],
    ['a time without its zone', { takenAt: '2026-11-23T13:05:02' }],
    ['no slot', { slot: '../x' }],
    ['a negative time to restore', { restoreSeconds: -1 }],
    ['half a table', { tables: 1.5 }],
  ])('with %s is none', (_, change) => {
    const text = JSON.stringify({ ...aProof(), ...change })
    expect(() => parseProof(text, key)).toThrow(FailureError)
    expect(() => parseProof(text, key)).toThrow(`"${key}" is not a proof that this version can read.`)
  })

  it.each(['', '{', '[]', 'null'])('is not %j', text => {
    expect(() => parseProof(text, key)).toThrow(FailureError)
  })

  it('is never written wrong', () => {
    const wrong = { ...aProof(), files: Number.NaN }
    expect(() => serializeProof(wrong)).toThrow()
    expect(aProof().format).toBe(proofFormat)
  })
})
