import { Readable } from 'node:stream'
import { buffer } from 'node:stream/consumers'
import { gunzipSync, zstdDecompressSync } from 'node:zlib'
import { compressForTravel, travelCompression } from '../../../src/pipeline/travel'

const having = (...tools: string[]) => travelCompression(new Map(tools.map(tool => [tool, tool])))

describe('travelCompression', () => {
  it('is the quickest that the server has', () => {
    expect([having('gzip', 'zstd'), having('gzip'), having()]).toEqual(['zstd', 'gzip', 'none'])
  })
})

describe('compressForTravel', () => {
  const content = Buffer.from('a row of a table\n'.repeat(100_000))
  const travelled = (compression: 'gzip' | 'zstd') => {
    const [stage] = compressForTravel(compression).stages
    if (stage === undefined) throw new Error('There is no stage.')
    return buffer(Readable.from([content]).pipe(stage))
  }

  it('makes what the programs of the server read', async () => {
    expect(gunzipSync(await travelled('gzip')).equals(content)).toBe(true)
    expect(zstdDecompressSync(await travelled('zstd')).equals(content)).toBe(true)
  })

  it('does nothing where the server has no program for it', () => {
    expect(compressForTravel('none').stages).toEqual([])
  })
})
