import { execFileSync } from 'node:child_process'
import fc from 'fast-check'
import { recoveryCommands } from '../../../src/commands/recovery-commands'
import { shellWord } from '../../../src/findings/shell-word'
import { aDatabase, someFiles } from '../report/a-report'

const store = { bucket: 'acme', prefix: '' }

describe('recoveryCommands', () => {
  it('follows the compression', () => {
    const artifacts = [
      aDatabase({ compression: 'zstd', key: 'a.sql.zst' }),
      aDatabase({ compression: 'none', key: 'a.sql' }),
      someFiles({ compression: 'zstd', key: 'a.tar.zst' }),
      someFiles({ compression: 'none', key: 'a.tar' }),
    ]
    expect(recoveryCommands({ artifacts, store }).filter(line => line.startsWith('aws'))).toEqual([
      'aws s3 cp s3://acme/a.sql.zst - | zstd -dc | mysql --comments shop',
      'aws s3 cp s3://acme/a.sql - | mysql --comments shop',
      'aws s3 cp s3://acme/a.tar.zst - | zstd -dc | tar -xpf - -C /',
      'aws s3 cp s3://acme/a.tar - | tar -xpf - -C /',
    ])
  })

  it('names the endpoint of another store', () => {
    const [line] = recoveryCommands({
      artifacts: [someFiles()],
      store: { ...store, endpoint: 'https://s3.example.com' },
    })
    expect(line).toMatch(/^aws --endpoint-url https:\/\/s3\.example\.com s3 cp /)
  })

  it('quotes odd names for the shell and for SQL', () => {
    const artifacts = [
      aDatabase({
        key: 'p/Monday.it%27s%20`x`.database.sql.gz',
        source: {
          kind: 'database',
          database: "-it's `x`",
          characterSet: 'utf8mb4',
          collation: 'utf8mb4_bin',
        },
      }),
    ]
    expect(recoveryCommands({ artifacts, store })).toEqual([
      "mysql -e 'CREATE DATABASE IF NOT EXISTS `-it'\\''s ``x``` CHARACTER SET utf8mb4 COLLATE utf8mb4_bin'",
      "aws s3 cp 's3://acme/p/Monday.it%27s%20`x`.database.sql.gz' - | gunzip | mysql --comments -- '-it'\\''s `x`'",
    ])
  })
})

describe('shellWord', () => {
  it('leaves plain words alone', () => {
    expect(shellWord('s3://acme/Monday-13-00.sql.gz')).toBe('s3://acme/Monday-13-00.sql.gz')
  })

  it('quotes an empty word', () => {
    expect(shellWord('')).toBe("''")
  })

  it('writes control characters out', () => {
    expect(shellWord("a\n'\\\u2028")).toBe("$'a\\x0a\\'\\\\\\xe2\\x80\\xa8'")
  })

  it('writes out what a report would take apart as a workflow command', () => {
    expect(shellWord('##[error]x')).toBe("$'\\x23\\x23[error]x'")
    expect(shellWord('number #1')).toBe("'number #1'")
  })

  it('comes out of a real bash as it went in', () => {
    const word = fc.string({ unit: 'grapheme' }).map(text => text.replaceAll('\0', ''))
    const words = fc.sample(
      fc.oneof(
        word,
        fc.string({ unit: 'binary-ascii' }).map(text => text.replaceAll('\0', '')),
      ),
      { numRuns: 300, seed: 7 },
    )
    const script = words.map(text => `printf '%s\\0' ${shellWord(text)}`).join('\n')
    const output = execFileSync('bash', [], { input: script, encoding: 'utf8' })
    expect(output.split('\0').slice(0, -1)).toEqual(words)
  })
})
