import fc from 'fast-check'
import {
  artifactKey,
  artifactName,
  isArtifactKeyOf,
  keyInSlot,
  parseKey,
  readmeKey,
  signatureKey,
  slotKeys,
} from '../../../../src/repository/names/keys'

const slots = fc.oneof(
  fc.stringMatching(/^[A-Za-z0-9_-]{1,30}$/),
  fc.constantFrom('daily/2026-11-23', 'weekly/2026-W48', 'monthly/2026-11', 'yearly/2026'),
)
const prefixes = fc.constantFrom('', 'running-backups', 'a/b', 'with space', 'dots.and.manifest.json')
const databases = fc.string({ unit: 'grapheme', minLength: 1, maxLength: 64 })
const compressions = fc.constantFrom('gzip', 'zstd', 'none')

describe('artifactKey', () => {
  it('names an only database, one of several, and the files', () => {
    const key = (name: string, kind: 'database' | 'files', compression: 'gzip' | 'zstd' | 'none') =>
      artifactKey('running-backups', 'Monday-13-00', name, kind, { compression })
    expect(key(artifactName('database'), 'database', 'gzip')).toBe('running-backups/Monday-13-00.database.sql.gz')
    expect(key(artifactName('database', 'odd-name db'), 'database', 'zstd')).toBe(
      'running-backups/Monday-13-00.odd-name%20db.database.sql.zst',
    )
    expect(key(artifactName('files'), 'files', 'none')).toBe('running-backups/Monday-13-00.codebase.tar')
  })

  it('puts nothing before the slot when the prefix is empty', () => {
    expect(artifactKey('', 'running', 'codebase', 'files', { compression: 'gzip' })).toBe('running.codebase.tar.gz')
    expect(readmeKey('')).toBe('README.md')
  })

  it('refuses a slot whose name could be taken for something else', () => {
    for (const slot of ['', 'a.b', 'a/b', '..', 'a b']) {
      expect(() => artifactKey('p', slot, 'database', 'database', { compression: 'gzip' })).toThrow(RangeError)
    }
  })
})

describe('keyInSlot', () => {
  it('is the key that the same artifact has in another slot', () => {
    fc.assert(
      fc.property(prefixes, slots, slots, databases, compressions, (prefix, one, other, name, compression) => {
        const keyOf = (slot: string) =>
          artifactKey(prefix, slot, artifactName('database', name), 'database', { compression })
        expect(keyInSlot(prefix, keyOf(one), other)).toBe(keyOf(other))
      }),
    )
  })

  it.each(['web1/Monday.manifest.json', 'web1/notes.txt', 'other/Monday.codebase.tar'])(
    'refuses %s, which is no data object of the prefix',
    key => expect(() => keyInSlot('web1', key, 'Tuesday')).toThrow(RangeError),
  )
})

describe('parseKey', () => {
  it('gives back what a key was made of', () => {
    fc.assert(
      fc.property(
        prefixes,
        slots,
        databases,
        fc.boolean(),
        compressions,
        fc.boolean(),
        (prefix, slot, database, isOnly, compression, isEncrypted) => {
          const encoded = { compression, ...(isEncrypted ? { isEncrypted } : {}) }
          const name = artifactName('database', isOnly ? undefined : database)
          expect(parseKey(prefix, artifactKey(prefix, slot, name, 'database', encoded))).toEqual({
            ...{ slot, what: 'artifact', kind: 'database', name, encoded },
          })
          expect(parseKey(prefix, artifactKey(prefix, slot, 'codebase', 'files', encoded))).toEqual({
            ...{ slot, what: 'artifact', kind: 'files', name: 'codebase', encoded },
          })
          expect(parseKey(prefix, slotKeys(prefix, slot).manifest)).toEqual({ slot, what: 'manifest' })
          expect(parseKey(prefix, slotKeys(prefix, slot).proof)).toEqual({ slot, what: 'proof' })
          const { manifest, proof } = slotKeys(prefix, slot)
          expect(parseKey(prefix, signatureKey(manifest))).toEqual({ slot, what: 'manifest-signature' })
          expect(parseKey(prefix, signatureKey(proof))).toEqual({ slot, what: 'proof-signature' })
        },
      ),
    )
  })

  it('understands only keys that it would make again, whatever the key', () => {
    const words = [
      'running',
      'daily/',
      '2026-11-23',
      '.',
      'database',
      'codebase',
      'sql',
      'tar',
      'gz',
      'zst',
      'age',
      '%20',
      '%2f',
      '%41',
      'é',
      'manifest',
      'proof',
      'json',
      'sig',
      '/',
      'é%',
      ' ',
    ]
    const keys = fc.array(fc.constantFrom(...words), { maxLength: 9 }).map(parts => parts.join(''))
    fc.assert(
      fc.property(fc.constantFrom('', 'running'), keys, (prefix, key) => {
        const parsed = parseKey(prefix, key)
        if (parsed === undefined) return
        const again =
          parsed.what === 'artifact'
            ? artifactKey(prefix, parsed.slot, parsed.name, parsed.kind, parsed.encoded)
            : parsed.what.startsWith('manifest')
              ? slotKeys(prefix, parsed.slot).manifest
              : slotKeys(prefix, parsed.slot).proof
        expect(parsed.what.endsWith('signature') ? signatureKey(again) : again).toBe(key)
      }),
      { numRuns: 2000 },
    )
  })

  it.each([
    'other/Monday.database.sql.gz',
    'p/README.md',
    'p/daily/Monday-13-00.database.sql.gz',
    'p/daily/2026-13-23.database.sql.gz',
    'p/weekly/2026-11-23.database.sql.gz',
    'p/daily/daily/2026-11-23.database.sql.gz',
    'p/daily/2026-11-23/x.database.sql.gz',
    'p/suspect/Monday.database.sql.gz',
    'p/Monday.database.sql.bz2',
    'p/Monday.database.tar.gz',
    'p/Monday.codebase.sql.gz',
    'p/Monday.shop.sql.gz',
    'p/Monday..database.sql.gz',
    'p/Monday.a%2g.database.sql.gz',
    'p/Monday.a%2f.database.sql.gz',
    'p/Monday.manifest.json.bak',
    'p/Monday.database.sql.gz.sig',
    'p/Monday.manifest.json.sig.sig',
    'p/.manifest.json',
  ])('does not take %s for one of ours', key => {
    expect(parseKey('p', key)).toBeUndefined()
  })
})

describe('isArtifactKeyOf', () => {
  it('knows the data objects of one slot alone', () => {
    expect(isArtifactKeyOf('p', 'Monday', 'p/Monday.database.sql.gz')).toBe(true)
    expect(isArtifactKeyOf('p', 'Monday', 'p/Monday-13-00.database.sql.gz')).toBe(false)
    expect(isArtifactKeyOf('p', 'Monday', 'p/Monday.manifest.json')).toBe(false)
    expect(isArtifactKeyOf('p', 'Monday', 'p/Monday.proof.json')).toBe(false)
    expect(isArtifactKeyOf('p', 'daily/2026-11-23', 'p/daily/2026-11-23.database.sql.gz')).toBe(true)
    expect(isArtifactKeyOf('p', 'daily/2026-11-23', 'p/daily/2026-11-24.database.sql.gz')).toBe(false)
    expect(isArtifactKeyOf('p', '2026-11-23', 'p/daily/2026-11-23.database.sql.gz')).toBe(false)
  })
})
