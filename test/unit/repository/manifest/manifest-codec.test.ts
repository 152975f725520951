import fc from 'fast-check'
import type { Artifact, Manifest } from '../../../../src/repository/manifest/manifest'
import {
  ManifestError,
  manifestBytesMax,
  parseManifest,
  serializeManifest,
} from '../../../../src/repository/manifest/manifest-codec'

const key = 'running-backups/Monday-13-00.manifest.json'

const text = fc.string({ unit: 'binary' })
const count = fc.nat({ max: Number.MAX_SAFE_INTEGER })
const sha256 = fc.stringMatching(/^[0-9a-f]{64}$/)
const instant = fc
  .date({ min: new Date('0001-01-01'), max: new Date('9999-12-31'), noInvalidDate: true })
  .map(date => date.toISOString())
const digest = { bytes: count, sha256 }
const stored = {
  name: text,
  key: fc.string({ unit: 'binary', minLength: 1 }),
  ...digest,
  etag: text,
  versionId: fc.option(text),
  compression: fc.constantFrom('gzip' as const, 'zstd' as const, 'none' as const),
  startedAt: instant,
  finishedAt: instant,
}
const upload = fc.record({
  id: fc.string({ unit: 'binary', minLength: 1 }),
  partETags: fc.array(text, { minLength: 1, maxLength: 4 }),
})

function withUpload<T extends object>(artifact: fc.Arbitrary<T>): fc.Arbitrary<T> {
  return fc.tuple(artifact, fc.option(upload)).map(([rest, sent]) => (sent === null ? rest : { ...rest, upload: sent }))
}

const artifact: fc.Arbitrary<Artifact> = fc.oneof(
  withUpload(
    fc.record({
      ...stored,
      kind: fc.constant('database' as const),
      database: text,
      content: fc.record({
        ...digest,
        tables: fc.array(fc.record({ name: text, ...digest }), { maxLength: 4 }),
        ...{ views: count, triggers: count, routines: count, events: count },
        ...{ characterSet: text, collation: text },
      }),
    }),
  ),
  withUpload(
    fc.record({
      ...stored,
      kind: fc.constant('files' as const),
      paths: fc.array(text, { maxLength: 3 }),
      content: fc.record({ ...digest, files: count, directories: count, links: count }),
    }),
  ),
)

const recoveryPoint: fc.Arbitrary<Manifest> = fc.record({
  format: fc.constant('make-a-backup/1' as const),
  slot: fc.stringMatching(/^[A-Za-z0-9_-]{1,20}$/),
  state: fc.constantFrom('publishing' as const, 'complete' as const),
  verdict: fc.constantFrom('good' as const, 'suspect' as const),
  startedAt: instant,
  finishedAt: instant,
  timezone: text,
  host: text,
  prefix: text,
  run: fc.record({ repository: text, id: text, attempt: text, event: text, url: text }),
  tool: fc.record({ name: text, version: text }),
  server: fc.oneof(
    fc.record({ os: text }),
    fc.record({
      os: text,
      database: fc.record({
        flavor: text,
        version: text,
        dumpTool: text,
        options: fc.array(text, { maxLength: 3 }),
      }),
      rsync: text,
      tar: text,
    }),
  ),
  artifacts: fc.array(artifact, { maxLength: 3 }),
  warnings: fc.array(fc.record({ code: text, message: text }), { maxLength: 3 }),
})

const manifests: fc.Arbitrary<Manifest> = fc.oneof(
  recoveryPoint,
  fc
    .tuple(recoveryPoint, fc.option(recoveryPoint), text)
    .map(([manifest, previous, signature]) => ({ ...manifest, previous, previousSignature: signature, signature })),
)

const whole: Manifest = {
  warnings: [{ message: 'Table "a" is MyISAM.', code: 'non-transactional-tables' }],
  artifacts: [
    {
      ...{ upload: { partETags: ['x'], id: 'u' }, kind: 'database', name: 'database', database: 'shop' },
      ...{
        key: 'running-backups/Monday-13-00.database.sql.gz',
        bytes: 12,
        sha256: 'a'.repeat(64),
        etag: 'e-1',
      },
      ...{ versionId: null, compression: 'gzip' },
      ...{ finishedAt: '2026-11-23T13:06:00.000Z', startedAt: '2026-11-23T13:05:02.120Z' },
      content: {
        ...{
          bytes: 34,
          sha256: 'b'.repeat(64),
          tables: [{ sha256: 'c'.repeat(64), bytes: 3, name: 'orders' }],
        },
        ...{
          views: 2,
          triggers: 1,
          routines: 3,
          events: 0,
          characterSet: 'utf8mb4',
          collation: 'utf8mb4_bin',
        },
      },
    },
  ],
  server: {
    os: 'Debian',
    tar: 'tar 1.34',
    database: { options: ['--quick'], flavor: 'mariadb', version: '10.11', dumpTool: 'd' },
  },
  tool: { version: '1.0.0', name: 'make-a-backup' },
  run: { id: '123', repository: 'acme/shop', attempt: '1', url: '', event: 'schedule' },
  prefix: 'running-backups',
  host: 'web1.example.com',
  timezone: 'UTC',
  finishedAt: '2026-11-23T13:06:40.002Z',
  startedAt: '2026-11-23T13:05:02.120Z',
  verdict: 'good',
  state: 'complete',
  slot: 'Monday-13-00',
  format: 'make-a-backup/1',
}

function damage(change: (json: Record<string, unknown>) => void): string {
  const json: Record<string, unknown> = JSON.parse(serializeManifest(whole))
  change(json)
  return JSON.stringify(json)
}

describe('serializeManifest', () => {
  it('writes the fields in the documented order, indented, with a last line break', () => {
    const lines = serializeManifest(whole).split('\n')
    expect(lines.slice(0, 8)).toEqual([
      '{',
      '  "format": "make-a-backup/1",',
      '  "slot": "Monday-13-00",',
      '  "state": "complete",',
      '  "verdict": "good",',
      '  "startedAt": "2026-11-23T13:05:02.120Z",',
      '  "finishedAt": "2026-11-23T13:06:40.002Z",',
      '  "timezone": "UTC",',
    ])
    expect(lines.slice(-2)).toEqual(['}', ''])
    expect(lines.filter(line => /^ {2}"/.test(line)).map(line => line.split('"')[1])).toEqual(
      'format slot state verdict startedAt finishedAt timezone host prefix run tool server artifacts warnings'.split(
        ' ',
      ),
    )
    expect(lines.filter(line => /^ {6}"/.test(line)).map(line => line.split('"')[1])).toEqual(
      'flavor version dumpTool options name kind database key bytes sha256 etag versionId compression startedAt finishedAt content upload code message'.split(
        ' ',
      ),
    )
  })

  it('gives a text that is read back as the same manifest, and written again as the same text', () => {
    fc.assert(
      fc.property(manifests, manifest => {
        const written = serializeManifest(manifest)
        const read = parseManifest(written, key)
        expect(read).toEqual(manifest)
        expect(serializeManifest(read)).toBe(written)
      }),
    )
  })

  it('leaves the indentation out where the text would be too long to be read back', () => {
    const [artifact] = whole.artifacts
    if (artifact?.kind !== 'database') throw new Error('The builder has changed.')
    const tablesOf = (length: number) =>
      Array.from({ length }, (_, index) => ({
        name: `t${index}`,
        bytes: 1,
        sha256: 'd'.repeat(64),
      }))
    const havingTables = (tables: number) => ({
      ...whole,
      artifacts: [{ ...artifact, content: { ...artifact.content, tables: tablesOf(tables) } }],
    })
    const large = havingTables(50_000)
    expect(() => serializeManifest(havingTables(100_000))).toThrow('has too many tables for one manifest')
    const written = serializeManifest(large)
    expect(Buffer.byteLength(written)).toBeLessThan(manifestBytesMax)
    expect(written.trimEnd()).not.toContain('\n')
    expect(parseManifest(written, key).artifacts[0]).toEqual(large.artifacts[0])
  })

  it('refuses to write what it could not read', () => {
    expect(() => serializeManifest({ ...whole, startedAt: 'yesterday' })).toThrow()
  })
})

describe('parseManifest', () => {
  it('keeps fields that a later version added, at every depth', () => {
    const later = damage(json => {
      json['checkedBy'] = { tool: 'x' }
      Object.assign(Object(json['server']), { kernel: '6.1' })
    })
    const again = JSON.parse(serializeManifest(parseManifest(later, key)))
    expect(again).toMatchObject({ checkedBy: { tool: 'x' }, server: { kernel: '6.1' } })
  })

  it.each([
    [
      'a wrong type',
      (json: Record<string, unknown>) => Object.assign(Object(json['artifacts'])[0], { bytes: '12' }),
      'artifacts[0].bytes',
    ],
    ['a missing field', (json: Record<string, unknown>) => delete json['host'], 'host'],
    [
      'a negative size',
      (json: Record<string, unknown>) => Object.assign(Object(json['artifacts'])[0].content, { bytes: -1 }),
      'artifacts[0].content.bytes',
    ],
    ['an unknown state', (json: Record<string, unknown>) => Object.assign(json, { state: 'done' }), 'state'],
    [
      'a date that is none',
      (json: Record<string, unknown>) => Object.assign(json, { startedAt: 'Monday' }),
      'startedAt',
    ],
    [
      'a checksum that is none',
      (json: Record<string, unknown>) => Object.assign(Object(json['artifacts'])[0], { sha256: 'abc' }),
      'artifacts[0].sha256',
    ],
    [
      'an unknown kind',
      (json: Record<string, unknown>) => Object.assign(Object(json['artifacts'])[0], { kind: 'mail' }),
      'artifacts[0].kind',
    ],
    [
      'a damaged previous',
      (json: Record<string, unknown>) => Object.assign(json, { previous: { format: 'make-a-backup/1' } }),
      'previous.slot',
    ],
  ])('refuses %s and names key and field', (_what, change, field) => {
    const parse = () => parseManifest(damage(change), key)
    expect(parse).toThrow(ManifestError)
    expect(parse).toThrow(`The manifest "${key}" is damaged: ${field}: `)
  })

  it('refuses a later format and names it', () => {
    const later = damage(json => Object.assign(json, { format: 'make-a-backup/2' }))
    expect(() => parseManifest(later, key)).toThrow(
      `The manifest "${key}" has the format "make-a-backup/2"; this version reads "make-a-backup/1".`,
    )
    expect(() => parseManifest(later, key)).toThrow(expect.objectContaining({ laterFormat: 'make-a-backup/2' }))
  })

  it.each(['', 'no', '{', 'null', '[]', '"make-a-backup/1"', '{}', '{"format":1}', '{"format":"other/1"}'])(
    'refuses %j, which is no manifest',
    content => {
      expect(() => parseManifest(content, key)).toThrow(ManifestError)
      expect(() => parseManifest(content, key)).toThrow(key)
      expect(() => parseManifest(content, key)).toThrow(expect.objectContaining({ laterFormat: undefined }))
    },
  )

  it('never answers anything but a manifest or a ManifestError', () => {
    fc.assert(
      fc.property(fc.oneof(fc.string(), fc.json()), content => {
        expect(() => parseManifest(content, key)).toThrow(ManifestError)
      }),
    )
  })
})
