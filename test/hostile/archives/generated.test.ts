import { randomFrom } from '../random'
import { generateArchive } from './generate'
import { seen } from './seen'
import { programs, unpacked } from './unpacked'

/** `npm run hostile -- archives 100000` makes as many; another seed makes others. */
const headersToMake = Number(process.env['HOSTILE_COUNT'] ?? 1500)
const firstSeed = Number(process.env['HOSTILE_SEED'] ?? 1)

describe('archives made at random', () => {
  it(
    `are refused, or unpacked as the reader saw them, by every tar: ${headersToMake} headers`,
    () => {
      const counts = { headers: 0, archives: 0, accepted: 0, acceptedHeaders: 0, bsdtar: 0 }
      for (let seed = firstSeed; counts.headers < headersToMake; seed++) {
        const { bytes, headers } = generateArchive(randomFrom(seed))
        const listing = seen(bytes)
        counts.headers += headers
        counts.archives++
        if (listing instanceof Error) continue
        counts.accepted++
        counts.acceptedHeaders += headers
        const found = programs.map(program => ({ seed, program, ...unpacked(program, bytes) }))
        expect(found).toEqual(programs.map(program => ({ seed, program, listing, message: '' })))
        // It refuses names in records that its locale does not have, and says so.
        const bsdtar = unpacked('bsdtar', bytes)
        if (bsdtar.message !== '') continue
        counts.bsdtar++
        expect({ seed, ...bsdtar }).toEqual({ seed, listing, message: '' })
      }
      // Enough of each, or nothing was shown.
      expect(counts.accepted).toBeGreaterThan(counts.archives / 5)
      expect(counts.bsdtar).toBeGreaterThan(counts.accepted / 2)
      expect(counts.accepted).toBeLessThan(counts.archives * 0.9)
      if (process.env['HOSTILE_COUNT'] !== undefined) console.log(JSON.stringify(counts))
    },
    60_000 + headersToMake * 100,
  )
})
