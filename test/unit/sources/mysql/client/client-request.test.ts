import { compressionLines } from '../../../../../src/pipeline/compression'
import { clientLines, locationOptions, optionLines } from '../../../../../src/sources/mysql/client/client-request'

const values = (lines: ReturnType<typeof clientLines>, wanted: string) =>
  lines.filter(([word]) => word === wanted).map(([, value]) => value)

describe('clientLines', () => {
  it('logs in with what is given, and shuts out the configuration of the server', () => {
    const access = { user: 'shop', password: 'hunter22', host: '10.0.0.2', port: 3307 }
    const lines = clientLines({ access, databases: ['shop'], dumpOptions: [] })
    expect(values(lines, 'option').join('\n')).toContain('hunter22')
    const seen = values(lines, 'argument').join('\n')
    expect(seen).not.toMatch(/hunter22|10\.0\.0\.2|3307|shop/)
  })

  it('leaves the login to the configuration of the server without a user, and says where to connect', () => {
    const access = { host: '10.0.0.2' }
    expect(optionLines(access)).toEqual([])
    expect(locationOptions(access).join(' ')).toContain('10.0.0.2')
    expect(values(clientLines({ access, databases: [], dumpOptions: [] }), 'argument').join(' ')).toContain('10.0.0.2')
  })

  it('names databases in hexadecimal, or all of them', () => {
    const named = clientLines({ access: {}, databases: ["o'x", 'ö'], dumpOptions: [] })
    expect(values(named, 'database')).toEqual(['6F2778', 'C3B6'])
    expect(values(named, 'everything')).toEqual([])
    const all = clientLines({ access: {}, databases: 'all', dumpOptions: [] })
    expect(values(all, 'everything')).toEqual(['yes'])
    expect(values(all, 'database')).toEqual([])
  })

  it('goes to no database that a configuration of the server names, which may be gone', () => {
    for (const access of [{}, { user: 'shop' }]) {
      const lines = clientLines({ access, databases: [], dumpOptions: [] })
      expect(values(lines, 'argument')).toContain('--database=information_schema')
    }
  })

  it('connects as the dump does', () => {
    const lines = clientLines({ access: {}, databases: [], dumpOptions: ['--skip-ssl', '--hex-blob'] })
    expect(values(lines, 'argument')).toContain('--skip-ssl')
    expect(values(lines, 'argument')).not.toContain('--hex-blob')
  })
})

describe('compressionLines', () => {
  it('says how, and how much where that is said', () => {
    expect(compressionLines({ kind: 'zstd', level: 7 })).toEqual([
      ['compression', 'zstd'],
      ['level', '7'],
    ])
    expect(compressionLines({ kind: 'none' })).toEqual([
      ['compression', 'none'],
      ['level', ''],
    ])
  })
})
