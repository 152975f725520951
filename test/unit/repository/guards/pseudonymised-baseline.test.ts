import { generateKeyPairSync } from 'node:crypto'
import type { Baseline } from '../../../../src/repository/guards/baseline'
import { parseBaselineFile, serializeBaseline } from '../../../../src/repository/guards/baseline-file'
import { compareWith } from '../../../../src/repository/guards/changes'
import { pseudonymiseBaseline, resolveBaseline } from '../../../../src/repository/guards/pseudonymised-baseline'
import { cacheScope, type Pseudonymiser, pseudonymiserFor } from '../../../../src/repository/guards/pseudonyms'
import { checkShrink } from '../../../../src/repository/guards/shrink'
import { aBaseline, aDatabaseBaseline, aFilesBaseline, aTable, withoutNames } from '../a-baseline'

const place = { host: 'web1.example.com', store: 's3://acme', prefix: 'running-backups' }
const privateKey = generateKeyPairSync('ed25519').privateKey.export({ type: 'pkcs8', format: 'pem' }).toString()
const pseudonymiser = pseudonymiserFor({ privateKey }, place)

/** Saved by one run and loaded by a later one. */
function travelled(
  baseline: Baseline,
  now: Baseline,
  [saving, loading]: readonly [Pseudonymiser | undefined, Pseudonymiser | undefined] = [pseudonymiser, pseudonymiser],
): Baseline {
  const loaded = parseBaselineFile(serializeBaseline(pseudonymiseBaseline(baseline, saving)))
  if (loaded === undefined) throw new Error('could not be read back')
  return resolveBaseline(loaded, loading, now)
}

function shrinkOf(baseline: Baseline, now: Baseline) {
  return checkShrink({ baseline, now, maxShrink: { kind: 'percent', percent: 50 }, acceptShrink: false }).findings
}

describe('pseudonymiserFor', () => {
  it('says the same for the same words, under the same key, at the same place', () => {
    const crlf = pseudonymiserFor(
      { privateKey: privateKey.replaceAll('\n', '\r\n') },
      { ...place, host: 'WEB1.example.com' },
    )
    expect(pseudonymiser?.pseudonymOf('table', 'orders')).toMatch(/^[A-Za-z0-9_-]{16}$/)
    expect(crlf?.pseudonymOf('table', 'orders')).toBe(pseudonymiser?.pseudonymOf('table', 'orders'))
    expect(crlf?.keyId).toBe(pseudonymiser?.keyId)
  })

  it('says something else for other words, another place and another key', () => {
    const others = [
      pseudonymiser?.pseudonymOf('view', 'orders'),
      pseudonymiser?.pseudonymOf('tableo', 'rders'),
      pseudonymiserFor({ privateKey }, { ...place, prefix: 'other' })?.pseudonymOf('table', 'orders'),
      pseudonymiserFor({ privateKey: `${privateKey}x` }, place)?.pseudonymOf('table', 'orders'),
    ]
    expect(new Set([...others, pseudonymiser?.pseudonymOf('table', 'orders')]).size).toBe(5)
  })

  it('takes an S3 secret that lasts where there is no SSH key, and never one that does not', () => {
    const credentials = { secretAccessKey: 'wJalrXUtnFEMI' }
    expect(pseudonymiserFor({ credentials }, place)).toBeDefined()
    expect(pseudonymiserFor({ credentials, privateKey }, place)?.keyId).toBe(pseudonymiser?.keyId)
    expect(pseudonymiserFor({ credentials: { ...credentials, sessionToken: 'x' } }, place)).toBeUndefined()
    expect(pseudonymiserFor({}, place)).toBeUndefined()
  })
})

describe('cacheScope', () => {
  it('keeps sites apart, with a key and without, and shows none of them', () => {
    const scopes = [pseudonymiser, undefined].flatMap(by => [
      cacheScope(by, place),
      cacheScope(by, { ...place, host: 'web2.example.com' }),
    ])
    // With a key the place is in the key itself.
    expect(new Set([scopes[0], ...scopes.slice(2)]).size).toBe(3)
    for (const scope of scopes) expect(scope).toMatch(/^[A-Za-z0-9_-]{16}$/)
  })
})

describe('pseudonymiseBaseline and resolveBaseline', () => {
  const before = aBaseline([
    aDatabaseBaseline({ name: 'secretdb.database', source: 'secretdb' }),
    aFilesBaseline({ paths: ['/srv/secretfolder'] }),
  ])

  it('leave no name, no fingerprint and no folder to read', () => {
    const text = serializeBaseline(pseudonymiseBaseline(before, pseudonymiser))
    const { sha256 } = aTable('orders')
    for (const word of ['secretdb', 'secretfolder', 'orders', 'customers', 'sales', 'On_Order', 'tidy', sha256]) {
      expect(text.toLowerCase()).not.toContain(word.toLowerCase())
    }
  })

  it('give a run that has the same things all that was known of them, but folders', () => {
    const expected = [before.artifacts[0], withoutNames(aFilesBaseline())]
    expect(travelled(before, before)).toEqual({ ...before, artifacts: expected })
    expect(shrinkOf(travelled(before, before), before)).toEqual([])
  })

  it('find what is gone, without its name, and what changed, with it', () => {
    const now = aBaseline([
      aDatabaseBaseline({
        name: 'database',
        source: 'secretdb',
        parts: [aTable('orders', 7000, 'other'), aTable('customers'), aTable('new')],
        names: { view: [], trigger: ['on_order'], routine: ['procedure tidy'], event: ['e'] },
      }),
      aFilesBaseline(),
    ])
    const resolved = travelled(before, now)
    expect(shrinkOf(resolved, now)).toEqual([
      { artifact: 'database', what: 'table', before: 3, after: 2 },
      { artifact: 'database', what: 'view', before: 1, after: 0 },
    ])
    const unknown = { before: undefined, after: undefined }
    expect(compareWith(resolved, now).tables).toEqual({
      changed: 1,
      added: 1,
      gone: 1,
      unchanged: 1,
      greatest: [
        { name: 'orders', bytes: { before: 5000, after: 7000 }, rows: unknown },
        { name: 'new', bytes: { before: undefined, after: 1000 }, rows: unknown },
      ],
    })
  })

  it('find a database that is gone', () => {
    const now = aBaseline([aDatabaseBaseline({ source: 'shop' }), aFilesBaseline()])
    expect(shrinkOf(travelled(before, now), now)).toEqual([
      { artifact: 'database', what: 'database', before: 1, after: 0 },
    ])
  })

  it('keep the numbers of an only database when the key is another one, and say nothing of names', () => {
    const only = aBaseline([aDatabaseBaseline(), aFilesBaseline()])
    const other = pseudonymiserFor({ privateKey: 'another' }, place)
    for (const pseudonymisers of [
      [pseudonymiser, other],
      [pseudonymiser, undefined],
      [undefined, pseudonymiser],
      [undefined, undefined],
    ] as const) {
      const now = aBaseline([aDatabaseBaseline({ contentBytes: 20_000, parts: [aTable('x')] }), aFilesBaseline()])
      const resolved = travelled(only, now, pseudonymisers)
      expect(resolved.artifacts[0]).toEqual(withoutNames(aDatabaseBaseline()))
      expect(shrinkOf(resolved, now).map(({ what, name }) => [what, name])).toEqual([
        ['content bytes', undefined],
        ['tables', undefined],
        ['table', undefined],
      ])
      expect(compareWith(resolved, now).tables).toBeUndefined()
    }
  })

  it('say nothing of several databases without the key, rather than that they are gone', () => {
    const other = pseudonymiserFor({ privateKey: 'another' }, place)
    expect(shrinkOf(travelled(before, before, [pseudonymiser, other]), before)).toEqual([])
    expect(shrinkOf(travelled(before, before, [undefined, undefined]), before)).toEqual([])
    const now = aBaseline([aDatabaseBaseline({ name: 'a.database', source: 'a' }), aFilesBaseline()])
    expect(shrinkOf(travelled(aBaseline(), now, [pseudonymiser, other]), now)).toEqual([])
  })
})

describe('parseBaselineFile', () => {
  const text = serializeBaseline(pseudonymiseBaseline(aBaseline(), pseudonymiser))

  it.each([
    ['nothing', ''],
    ['half of one', text.slice(0, -20)],
    ['another format', text.replace('make-a-backup-baseline/1', 'make-a-backup-baseline/2')],
    ['a number that is none', text.replace('"contentBytes":100000', '"contentBytes":-1')],
    ['JSON of something else', '[null]'],
  ])('takes %s for no baseline', (_, damaged) => {
    expect(damaged).not.toBe(text)
    expect(parseBaselineFile(damaged)).toBeUndefined()
  })

  it('stays small: under 60 bytes a table', () => {
    const parts = Array.from({ length: 10_000 }, (_, index) => aTable(`table_with_a_long_name_${index}`, 123_456))
    const large = serializeBaseline(pseudonymiseBaseline(aBaseline([aDatabaseBaseline({ parts })]), pseudonymiser))
    expect(large.length).toBeLessThan(600_000)
  })
})

describe('a baseline of folders and links that went through the cache', () => {
  const files = (amounts: Record<string, number>, mark: string) =>
    aFilesBaseline({
      amounts: { mount: Object.entries(amounts).map(([name, count]) => ({ name, files: count, bytes: 0 })) },
      marks: { 'link that leads out': mark },
    })

  it('shows which folder is empty, that one is gone, and whether the links are the same', () => {
    const before = aBaseline([files({ '/srv/a': 5, '/srv/b': 6 }, 'same')])
    const now = aBaseline([files({ '/srv/a': 0 }, 'same')])
    const known = travelled(before, now)
    expect(shrinkOf(known, now)).toEqual([
      { artifact: 'codebase', what: 'mount', name: '/srv/a', unit: 'files', before: 5, after: 0 },
      { artifact: 'codebase', what: 'mount', unit: 'files', before: 6, after: 0 },
    ])
    expect(known.artifacts[0]?.marks).toEqual({ 'link that leads out': 'same' })
    const other = travelled(before, aBaseline([files({}, 'other')]))
    expect(other.artifacts[0]?.marks?.['link that leads out']).not.toBe('other')
    expect(serializeBaseline(pseudonymiseBaseline(before, pseudonymiser))).not.toMatch(/srv|same/)
    expect(shrinkOf(travelled(before, now, [undefined, undefined]), now)).toEqual([])
  })
})
