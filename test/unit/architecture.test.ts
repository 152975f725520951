import { readdirSync, readFileSync } from 'node:fs'
import { basename, dirname, join, relative } from 'node:path'
import { createSourceFile, forEachChild, isFunctionLike, type Node, ScriptTarget } from 'typescript'

const source = join(__dirname, '../../src')

/** From the top down: a file may import from its own folder and from those behind it. As in `src/README.md`. */
const layers = [
  'actions',
  'report',
  'commands',
  'inputs',
  'sources',
  'repository',
  'pipeline',
  'server',
  'ssh',
  'store',
  'findings',
  'runtime',
]

/** Packages that only one folder may know. */
const homes: { packages: RegExp; layer: string }[] = [
  { packages: /^@actions\//, layer: 'runtime' },
  { packages: /^(@aws-sdk|@smithy)\//, layer: 'store' },
  { packages: /^(node-ssh|ssh2)(\/|$)/, layer: 'ssh' },
  { packages: /^yaml$/, layer: 'inputs' },
  { packages: /^age-encryption$/, layer: 'pipeline' },
]

/** Paths below src. */
const files = readdirSync(source, { recursive: true, encoding: 'utf8' })
  .filter(name => name.endsWith('.ts'))
  .sort()

/** What a file imports, in any form: import, export from, import(), require(), with types or without. */
function importsOf(file: string): string[] {
  const text = readFileSync(join(source, file), 'utf8')
  const forms = /(?:\bfrom\s*|\bimport\s*\(\s*|\bimport\s+|\brequire\s*\(\s*)(['"])([^'"\n]+)\1/g
  return [...text.matchAll(forms)].map(match => match[2] ?? '')
}

function layerOf(file: string): string {
  return file.split('/')[0] ?? ''
}

/** `file: name` of every function, method and arrow that has more lines. */
function longFunctions(file: string, most: number): string[] {
  const text = readFileSync(join(source, file), 'utf8')
  const tree = createSourceFile(file, text, ScriptTarget.Latest, true)
  const found: string[] = []
  const visit = (node: Node): void => {
    if (isFunctionLike(node)) {
      const [from, to] = [node.getStart(), node.end].map(at => tree.getLineAndCharacterOfPosition(at).line)
      if (Number(to) - Number(from) + 1 > most) found.push(`${file}: ${node.name?.getText() ?? 'a function'}`)
    }
    forEachChild(node, visit)
  }
  visit(tree)
  return found
}

/** `file: import` for every import that breaks the rule. */
function broken(isWrong: (file: string, imported: string) => boolean): string[] {
  return files.flatMap(file =>
    importsOf(file)
      .filter(imported => isWrong(file, imported))
      .map(imported => `${file}: ${imported}`),
  )
}

describe('src', () => {
  it('has files in the known folders alone', () => {
    expect(files.length).toBeGreaterThan(0)
    expect(files.filter(file => !layers.includes(layerOf(file)))).toEqual([])
  })

  it('imports downwards only', () => {
    const isUpward = (file: string, imported: string) => {
      if (!imported.startsWith('.')) return false
      const target = relative(source, join(source, dirname(file), imported))
      return layers.indexOf(layerOf(target)) < layers.indexOf(layerOf(file))
    }
    expect(broken(isUpward)).toEqual([])
  })

  it('keeps each kind of source apart from the other', () => {
    const kindOf = (file: string) => /^sources\/(mysql|files)\//.exec(file)?.[1]
    const isMixed = (file: string, imported: string) => {
      if (!imported.startsWith('.')) return false
      const [own, other] = [file, join(dirname(file), imported)].map(kindOf)
      return own !== undefined && other !== undefined && own !== other
    }
    expect(broken(isMixed)).toEqual([])
  })

  it('knows kinds of sources in the sources and the schema of the manifest alone', () => {
    const isKind = (file: string, imported: string) =>
      /^sources\/(mysql|files)\//.test(join(dirname(file), imported)) &&
      ['actions', 'report', 'commands'].includes(layerOf(file))
    expect(broken(isKind)).toEqual([])
    const switches = (file: string) =>
      /\bkind\s*[!=]==\s*'(database|files|folder)'/.test(readFileSync(join(source, file), 'utf8'))
    expect(files.filter(file => switches(file) && !file.startsWith('repository/manifest/kinds/'))).toEqual([])
  })

  it('keeps each outside world behind one folder', () => {
    const isElsewhere = (file: string, imported: string) =>
      homes.some(({ packages, layer }) => packages.test(imported) && layerOf(file) !== layer)
    expect(broken(isElsewhere)).toEqual([])
  })

  it('opens uploads and reads objects in one place', () => {
    const isOther = (file: string, imported: string) =>
      /\/store\/(multipart-writer|steady-read|etag)$/.test(imported) && !file.startsWith('repository/artifact/')
    expect(broken(isOther)).toEqual([])
  })

  it('imports nothing but itself, Node and the dependencies of package.json', () => {
    const { dependencies } = JSON.parse(readFileSync(join(source, '../package.json'), 'utf8'))
    // node-ssh brings ssh2, the SDK brings @smithy.
    const known = [...Object.keys(dependencies), 'ssh2', '@smithy']
    const isStrange = (_file: string, imported: string) =>
      !/^(\.|node:)/.test(imported) && !known.some(name => imported === name || imported.startsWith(`${name}/`))
    expect(broken(isStrange)).toEqual([])
  })

  it('holds one idea in a file: no more than 250 lines', () => {
    const lines = (file: string) => readFileSync(join(source, file), 'utf8').split('\n').length - 1
    expect(files.filter(file => lines(file) > 250)).toEqual([])
  })

  it('lays no more than 20 files beside each other', () => {
    const counts = new Map<string, number>()
    for (const file of files) counts.set(dirname(file), (counts.get(dirname(file)) ?? 0) + 1)
    expect([...counts].filter(([, count]) => count > 20)).toEqual([])
  })

  it('fits a function on a screen: no more than 70 lines', () => {
    expect(files.flatMap(file => longFunctions(file, 70))).toEqual([])
  })

  it('names files for their idea, in kebab-case', () => {
    const isVague = (file: string) => /(^|-)(utils?|helpers?|common|misc|managers?)(-|$)/.test(basename(file, '.ts'))
    const isOdd = (file: string) => !/^[a-z0-9]+(-[a-z0-9]+)*\.ts$/.test(basename(file))
    expect(files.filter(file => isVague(file) || isOdd(file))).toEqual([])
  })

  it('exports by name alone', () => {
    const hasDefault = (file: string) => /^export default\b/m.test(readFileSync(join(source, file), 'utf8'))
    expect(files.filter(hasDefault)).toEqual([])
  })
})
