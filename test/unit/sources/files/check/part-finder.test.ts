import { PartFinder } from '../../../../../src/sources/files/check/part-finder'

const names = [
  ...['srv', 'srv/site', 'srv/site/wp-content', 'srv/site/wp-content/uploads', 'srv/site/wp-content/plugins'],
  ...['srv/site/Media', 'srv/site/media-old', 'srv/site/uploads', 'srv/site/mail', 'srv/site/übung'],
]

function find(path: string, all: readonly string[] = names) {
  const finder = new PartFinder([path])
  for (const name of all) finder.add(Buffer.from(name).toString('latin1'), 'd')
  return finder.finish(name => all.includes(name))[0]
}

describe('PartFinder', () => {
  it('finds a name letter by letter', () => {
    expect(find('srv/site/uploads')).toMatchObject({ kind: 'd', similar: [] })
    expect(find('srv/site/übung')).toMatchObject({ kind: 'd' })
    expect(find('srv/site/Uploads')).toMatchObject({ kind: undefined })
  })

  it.each([
    ['a letter or two differ', 'srv/site/wp-content/uplods', ['srv/site/wp-content/uploads']],
    ['the case differs', 'srv/site/media', ['srv/site/Media', 'srv/site/media-old']],
    ['the folder has another name', 'srv/site/wp-contents/plugins', ['srv/site/wp-content/plugins']],
    ['there are several', 'srv/uploads', ['srv/site/wp-content/uploads', 'srv/site/uploads']],
    ['nothing is like it', 'srv/site/backup', []],
  ])('names similar ones where %s', (_, path, similar) => {
    expect(find(path)?.similar).toEqual(similar)
  })

  it('names those in its own folder first, and five at most', () => {
    const far = Array.from({ length: 9 }, (_, index) => `srv/${index}/media`)
    expect(find('srv/site/media', [...far, ...names])?.similar).toEqual([
      ...['srv/site/Media', 'srv/site/media-old', 'srv/0/media', 'srv/1/media', 'srv/2/media'],
    ])
  })

  it('names the nearest folder above that is there', () => {
    expect(find('srv/site/a/b/c')?.above).toBe('srv/site')
    expect(find('srv/site/wp-content/x')?.above).toBe('srv/site/wp-content')
  })
})
