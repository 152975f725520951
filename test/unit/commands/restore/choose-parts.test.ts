import { chooseParts } from '../../../../src/commands/restore/choose-parts'
import type { Manifest } from '../../../../src/repository/manifest/manifest'
import { FailureError } from '../../../../src/runtime/errors'
import type { FolderChoice } from '../../../../src/sources/files/restore/restore-settings'
import { chooseFolders } from '../../../../src/sources/files/target/choose-folders'
import { chooseDatabases } from '../../../../src/sources/mysql/target/choose-databases'
import type { DatabasePart } from '../../../../src/sources/mysql/target/planned-database'
import { refusal } from '../../inputs/reading'
import { aDump, aManifest, anArchive, someInputs } from './a-restore'
import { databasesOf, filesOf } from './planning'

type Wanted = Partial<{ databases: 'all' | string[]; paths: 'all' | FolderChoice[] }>

const whole = aManifest([
  aDump('shop'),
  aDump('blog'),
  aDump('a'),
  aDump('a=b'),
  anArchive(['/var/www/html', '/srv/media']),
])

/** What each source chooses, when the choice as a whole is not refused. */
function choose(wanted: Wanted = {}, manifest: Manifest = whole) {
  const { databases, paths } = { databases: 'all' as const, paths: 'all' as const, ...wanted }
  chooseParts(someInputs({ databases, paths }), manifest)
  const choice = { manifest, contents: '' }
  return {
    databases: chooseDatabases(databases, { ...choice, artifacts: databasesOf(manifest) }),
    files: chooseFolders(paths, { ...choice, artifacts: filesOf(manifest) }),
  }
}
const refused = (wanted: Wanted, manifest?: Manifest) => refusal(() => choose(wanted, manifest))

const databases = (parts: { databases: DatabasePart[] }) =>
  parts.databases.map(({ artifact, target }) => [artifact.database, target])

describe('chooseParts', () => {
  it('takes everything, each to its own place, when all is asked for', () => {
    const parts = choose()
    expect(databases(parts)).toEqual([
      ['shop', 'shop'],
      ['blog', 'blog'],
      ['a', 'a'],
      ['a=b', 'a=b'],
    ])
    expect(parts.files?.folders).toEqual([
      { path: '/var/www/html', target: '/var/www/html' },
      { path: '/srv/media', target: '/srv/media' },
    ])
  })

  it('takes what is named, in that order, and nothing else', () => {
    const parts = choose({ databases: ['blog', 'shop'], paths: [] })
    expect(databases(parts).flat()).toEqual(['blog', 'blog', 'shop', 'shop'])
    expect(parts.files).toBeUndefined()
  })

  it.each([
    ['shop=shop_copy', 'shop', 'shop_copy'],
    ['shop= shop copy', 'shop', 'shop copy'],
    ['a=b', 'a=b', 'a=b'],
    ['a=c', 'a', 'c'],
    ['a=b=c', 'a=b', 'c'],
    ['a==', 'a', '='],
    ['shop=blog', 'shop', 'blog'],
  ])('reads %j by what the recovery point has', (item, database, target) => {
    expect(databases(choose({ databases: [item] }))).toEqual([[database, target]])
  })

  it('restores one database twice, under two names', () => {
    expect(databases(choose({ databases: ['shop=one', 'shop=two'] }))).toEqual([
      ['shop', 'one'],
      ['shop', 'two'],
    ])
  })

  it('takes names that differ in case alone for two: a server may', () => {
    const manifest = aManifest([aDump('Shop'), aDump('shop')])
    expect(databases(choose({}, manifest))).toHaveLength(2)
  })

  it('takes odd names that a database may have', () => {
    const names = ['odd/name', 'a.b', 'back\\slash', 'ö'.repeat(64), 'a name']
    expect(databases(choose({}, aManifest(names.map(name => aDump(name)))))).toEqual(names.map(name => [name, name]))
  })

  it.each([
    [['nothing'], /^The database "nothing" of "databases" is not in the recovery point Monday-13-00, which has/],
    [['Shop'], /^The database "Shop" of "databases" is not in/],
    [['nothing=shop'], /^The database "nothing" of "databases" is not in/],
    [['shop='], /^The database "shop" of "databases" has no name after the "="/],
    [['shop=x', 'blog=x'], /^Input "databases" restores two databases to the name "x"\.$/],
    [['shop', 'blog=shop'], /^Input "databases" restores two databases to the name "shop"\.$/],
    [['shop', 'shop'], /^Input "databases" restores two databases to the name "shop"\.$/],
    [['shop=mysql'], /^A database cannot be restored under the name "mysql"\.$/],
    [['shop=Information_Schema'], /^A database cannot be restored under the name "Information_Schema"\.$/],
    [[`shop=${'x'.repeat(65)}`], /^A database cannot be restored under the name "x{65}"\.$/],
  ])('refuses the databases %j', (wanted, message) => {
    expect(refused({ databases: wanted }).message).toMatch(message)
  })

  it('says what the recovery point holds', () => {
    const manifest = aManifest([aDump('shop'), anArchive(['/var/www/html'])])
    expect(refused({ databases: ['shopp'] }, manifest).message).toBe(
      'The database "shopp" of "databases" is not in the recovery point Monday-13-00, which has the database "shop", the folder /var/www/html.',
    )
  })

  it('says why no system schema is restored, and refuses one that a manifest names', () => {
    const error = refused({}, aManifest([aDump('mysql')]))
    expect(error.advice).toMatch(/^It belongs to the database server itself/)
  })

  it.each(['', 'a\nb', 'shop '])('refuses a database whose name in the manifest is %j', name => {
    expect(refused({}, aManifest([aDump(name)])).message).toMatch(/^A database cannot be restored under/)
  })

  it('sends folders elsewhere', () => {
    const { files } = choose({ paths: [{ path: '/srv/media', target: '/mnt/new' }] })
    expect(files?.folders).toEqual([{ path: '/srv/media', target: '/mnt/new' }])
  })

  it('sends a part of a folder elsewhere, next to the whole', () => {
    const part = { path: '/var/www/html/uploads', target: '/srv/look' }
    const { files } = choose({ paths: [{ path: '/var/www/html' }, part] })
    expect(files?.folders).toEqual([
      { path: '/var/www/html', target: '/var/www/html' },
      { ...part, partOf: '/var/www/html' },
    ])
  })

  it.each([undefined, '/var/www/html/uploads'])('puts no part back into its folder: to %s', target => {
    const error = refused({ paths: [{ path: '/var/www/html/uploads', ...(target === undefined ? {} : { target }) }] })
    expect(error.message).toBe(
      'Input "paths" names /var/www/html/uploads, which is a part of /var/www/html: a part is restored to another place only.',
    )
    expect(error.advice).toMatch('/var/www/html/uploads=/srv/look')
  })

  it.each(['/var/www', '/var/www/html2/uploads', '/var/www/HTML'])('refuses the folder %s', path => {
    const error = refused({ paths: [{ path }] })
    expect(error.message).toMatch(
      `The folder ${path} of "paths" is not one of the recovery point Monday-13-00, which has`,
    )
    expect(error.advice).toMatch(/^Name folders as in the backup/)
  })

  it('refuses folders of a recovery point that has none, and does without where all are asked for', () => {
    const manifest = aManifest([aDump()])
    expect(refused({ paths: [{ path: '/srv' }] }, manifest).message).toBe(
      'The recovery point Monday-13-00 has no files, but "paths" requests /srv.',
    )
    expect(choose({}, manifest).files).toBeUndefined()
  })

  it.each<[string, Wanted, Manifest]>([
    ['only the files of a recovery point without any are asked for', { databases: [] }, aManifest([aDump()])],
    ['only the databases of one without any are asked for', { paths: [] }, aManifest([anArchive()])],
  ])('refuses to restore nothing: %s', (_, wanted, manifest) => {
    expect(refused(wanted, manifest).message).toMatch(
      /^The recovery point Monday-13-00 has nothing of what was requested: it has the (folder|database) /,
    )
  })

  it.each([
    [['relative']],
    [['/']],
    [['/srv/']],
    [['/srv//a']],
    [['/srv/../etc']],
    [['/srv/.']],
    [['/srv/a\nb']],
    [['/srv/a\tb']],
    [['']],
    [['/srv', '/srv']],
    [['/proc/1']],
    [['/sys']],
    [['/dev/shm']],
    [['/srv/a', '/srv']],
  ])('takes no folders %j from a manifest, even if nobody asks for them', paths => {
    const choosing = () => choose({ paths: [] }, aManifest([aDump(), anArchive(paths)]))
    expect(choosing).toThrow(FailureError)
    expect(choosing).toThrow(/^The manifest names an impossible folder/)
  })
})
