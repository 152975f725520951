import type { Compression } from '../../../src/pipeline/compression'
import { archiveWords } from '../../../src/sources/files/mirror/archive-words'
import { importCommands } from '../../../src/sources/mysql/dump/database-words'
import { aManifest } from '../repository/a-baseline'

const fetch = 'aws s3 cp s3://acme/a -'
const imported =
  "LC_ALL=C sed -E '/^(\\/\\*!50[0-9]+ (CREATE\\*\\/|DEFINER=)|CREATE DEFINER=)/s/DEFINER=`[^`]*`(@`[^`]*`)?/DEFINER=CURRENT_USER/' | mysql --user=SITE_USER --password --binary-mode --comments"

describe('the commands that bring an artifact back by hand', () => {
  it.each<[Compression, string, string]>([
    ['gzip', `${fetch} | gunzip | ${imported} shop`, `${fetch} | gunzip | tar -xpf - -C /`],
    ['zstd', `${fetch} | zstd -dc | ${imported} shop`, `${fetch} | zstd -dc | tar -xpf - -C /`],
    ['none', `${fetch} | ${imported} shop`, `${fetch} | tar -xpf - -C /`],
  ])('follow the compression %s', (compression, dump, archive) => {
    const defaults = { characterSet: 'utf8mb4', collation: 'utf8mb4_bin' }
    expect(importCommands({ database: 'shop', compression, ...defaults }, fetch)[1]).toBe(dump)
    const files = aManifest().artifacts.find(artifact => artifact.kind === 'files')
    expect(files && archiveWords.recovery({ ...files, compression }, () => fetch)).toEqual([archive])
    const object = { sha256: '', bytes: 1, takenAt: '', etag: '', versionId: null, snapshot: '' }
    const chain = [{ ...object, level: 0, key: 'base' }]
    const [first, second] =
      (files && archiveWords.recovery({ ...files, compression, chain }, key => `get ${key}`)) ?? []
    expect(first).toMatch(/^get base \| .*tar -xpf - --listed-incremental=\/dev\/null -C \/$/)
    expect(second).toMatch(/codebase.* \| .*tar -xpf - --listed-incremental=\/dev\/null -C \/$/)
  })

  it('quote odd names for the shell and for SQL', () => {
    const odd = { database: "-it's `x`", characterSet: 'utf8mb4', collation: 'utf8mb4_bin' }
    expect(importCommands({ ...odd, compression: 'gzip' }, fetch)).toEqual([
      "mysql -e 'CREATE DATABASE IF NOT EXISTS `-it'\\''s ``x``` CHARACTER SET utf8mb4 COLLATE utf8mb4_bin'",
      `${fetch} | gunzip | ${imported} -- '-it'\\''s \`x\`'`,
    ])
  })
})
