import { parseFolders } from '../../../../../src/sources/files/plan/list-folders'

describe('parseFolders', () => {
  it('reads the tools, and what stands at each path, tabs and all', () => {
    const text = 'os\tDebian 12\nrsync\trsync  version 3.2.7\ntar\ttar (GNU tar) 1.34\npath\tpresent\t/a\tb\n'
    expect(parseFolders(text)).toEqual({
      os: 'Debian 12',
      rsync: 'rsync  version 3.2.7',
      tar: 'tar (GNU tar) 1.34',
      paths: [{ path: '/a\tb', state: 'present' }],
    })
  })

  it.each(['nonsense', 'path\todd\t/x', 'path', 'table\t00'])('refuses the line %j', line => {
    expect(() => parseFolders(`${line}\n`)).toThrow('makes no sense')
  })
})
