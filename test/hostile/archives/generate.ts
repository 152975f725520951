import type { Random } from '../random'
import { type HeaderFields, HeaderMaker } from './random-header'

/** An archive and how many headers were made for it. */
export interface Generated {
  bytes: Buffer
  headers: number
}

const isRoot = process.getuid?.() === 0

/** A tar archive of the folder `site` in which most things are as they should be, and some are not. */
export function generateArchive(random: Random): Generated {
  return new ArchiveMaker(random).archive()
}

interface Names {
  name: string
  link: string
}

class ArchiveMaker {
  private readonly random: Random
  private readonly maker: HeaderMaker
  private readonly folders: string[] = ['site']
  private readonly others: string[] = []
  private readonly blocks: Buffer[] = []
  private headers = 0

  constructor(random: Random) {
    this.random = random
    this.maker = new HeaderMaker(random, random.pick([12, 40, 120, 1_000_000]))
  }

  archive(): Generated {
    this.put({ name: 'site/', type: '5' })
    for (let left = 1 + this.random.below(8); left > 0; left--) this.addEntry()
    const zeros = this.isOdd() ? this.random.below(4) : 2
    this.blocks.push(Buffer.alloc(512 * zeros))
    if (this.isOdd()) this.blocks.push(this.random.pick([Buffer.alloc(8192), Buffer.alloc(512, 'z'), Buffer.alloc(17)]))
    return { bytes: Buffer.concat(this.blocks), headers: this.headers }
  }

  private isOdd(): boolean {
    return this.maker.isOdd()
  }

  private addEntry(): void {
    const { random } = this
    const type = this.type()
    const entry = { name: this.name(), link: '' }
    if ('12'.includes(type) || this.isOdd()) entry.link = this.target(type)
    let own: Names = entry
    for (const kind of this.extensions()) own = this.addExtension(kind, entry, own)
    if (own.name.length > 100) own = this.addLong('L', entry.name, own)
    if (own.link.length > 100) own = this.addLong('K', entry.link, own)
    const bytes = '07\0'.includes(type) || this.isOdd() ? random.pick([0, 0, 1, 5, 511, 512, 513, 1500]) : 0
    this.put({ ...(random.once(6) ? this.withPrefix(own.name) : own), type, link: own.link }, Buffer.alloc(bytes, 'd'))
    const kept = type === '5' ? this.folders : this.others
    kept.push(entry.name.replace(/\/$/, ''))
    if (this.isOdd()) this.blocks.push(random.pick([Buffer.alloc(512), Buffer.alloc(512, 'x'), Buffer.alloc(100)]))
  }

  private type(): string {
    const { random } = this
    if (this.isOdd()) return random.pick(['S', 'V', 'D', 'M', 'N', 'X', 'A', '8', ' ', 'x', 'g', 'L', 'K'])
    const usual = random.pick(['0', '0', '0', '\0', '7', '5', '5', '2', '2', '1', '6', '3', '4'])
    return (!isRoot && '34'.includes(usual)) || (usual === '1' && this.others.length === 0) ? '6' : usual
  }

  /** Mostly a new one in a folder that there is. */
  private name(): string {
    const { random } = this
    if (this.isOdd()) return random.pick(oddNames)
    const known = this.known(this.isOdd() ? this.others : this.folders)
    if (this.isOdd()) return random.pick([known, `${known}/`])
    const end = this.isOdd() ? random.pick(['/', '//', '/.', '\0x']) : ''
    return `${random.once(2) ? known : 'site'}/${random.pick(plainNames)}${random.below(10_000)}${end}`
  }

  private target(type: string): string {
    const { random } = this
    const known = this.known(this.isOdd() ? this.folders : this.others)
    if (type !== '1') return this.isOdd() ? '' : random.pick([known, ...targets])
    return this.isOdd() ? random.pick(['', 'site/none', '/etc/passwd', '../x', `./${known}`, `${known}/`]) : known
  }

  private known(names: readonly string[]): string {
    return names[this.random.below(names.length)] ?? 'site'
  }

  /** What precedes an entry: mostly one of each kind. */
  private extensions(): string[] {
    const { random } = this
    const all = ['L', 'K', 'x', 'g'].filter(() => random.once(4))
    if (this.isOdd()) return [...all, random.pick(['L', 'K', 'x', 'g']), ...all]
    return random.once(2) ? all : all.toReversed()
  }

  /** One header before the entry. Returns what is left for the entry's own. */
  private addExtension(kind: string, entry: Names, own: Names): Names {
    if (kind === 'L') return own.name === entry.name || this.isOdd() ? this.addLong('L', entry.name, own) : own
    if (kind === 'K') return own.link === entry.link || this.isOdd() ? this.addLong('K', entry.link, own) : own
    if (kind === 'g' && !this.isOdd()) {
      this.addPax('g', [['comment', 'made by hand']])
      return own
    }
    const records = this.records(entry, own)
    this.addPax(this.isOdd() ? this.random.pick(['X', 'g']) : 'x', records)
    const has = (keyword: string) => records.some(([each]) => each === keyword)
    return {
      name: has('path') ? this.random.pick(['site/made-up', entry.name.slice(0, 99)]) : own.name,
      link: has('linkpath') ? this.random.pick(['made up', entry.link.slice(0, 99)]) : own.link,
    }
  }

  /** A name that a long one has said already is not said again. */
  private records(entry: Names, own: Names): [string, string][] {
    const { random } = this
    const some = (keyword: string, value: string, times: number): [string, string][] =>
      value !== '' && random.once(times) ? [[keyword, value]] : []
    return [
      ...some('path', own.name === entry.name || this.isOdd() ? entry.name : '', 3),
      ...some('linkpath', own.link === entry.link || this.isOdd() ? entry.link : '', 3),
      ...some('mtime', random.pick(['1700000000', '1.5', '-3.25']), 3),
      ...some('comment', 'x=1\n', 4),
      ...some('SCHILY.xattr.user.x', '1', 6),
      ...(this.isOdd() ? [[random.pick(oddKeywords), random.pick(oddValues)] satisfies [string, string]] : []),
      ['atime', '1'],
    ]
  }

  private addPax(type: string, records: readonly [string, string][]): void {
    const data = records.map(([keyword, value]) => {
      const rest = ` ${keyword}=${value}\n`
      let length = rest.length + 1
      while (String(length).length + rest.length !== length) length++
      const odd = [String(length + 1), `0${length}`, ` ${length}`, '-1', ''] as const
      return `${this.isOdd() ? this.random.pick(odd) : length}${rest}`
    })
    this.put({ name: 'PaxHeaders/x', type }, Buffer.from(data.join(''), 'latin1'))
  }

  private addLong(type: 'L' | 'K', text: string, own: Names): Names {
    if (text === '' && !this.isOdd()) return own
    const odd = [text, `${text}\0\0`, `${text}\0x\0`, '\0', `${text}\0`.padEnd(4097, 'x')] as const
    const long = this.isOdd() ? this.random.pick(odd) : `${text}\0`
    this.put({ name: '././@LongLink', type }, Buffer.from(long, 'latin1'))
    return type === 'L' ? { ...own, name: text.slice(0, 99) } : { ...own, link: text.slice(0, 99) }
  }

  private withPrefix(name: string): Pick<HeaderFields, 'name' | 'prefix' | 'magic'> {
    const at = name.lastIndexOf('/', name.length - 2)
    if (at <= 0 || name.length - at > 100) return { name }
    return {
      ...{ name: name.slice(at + 1), prefix: name.slice(0, at) },
      magic: this.isOdd() ? this.maker.magic() : 'ustar\x0000',
    }
  }

  private put(fields: Omit<HeaderFields, 'sizeBytes'>, data: Buffer = Buffer.alloc(0)): void {
    this.headers++
    const padding = this.maker.isOdd(3) ? 0 : (512 - (data.length % 512)) % 512
    this.blocks.push(this.maker.block({ ...fields, sizeBytes: data.length }), data, Buffer.alloc(padding))
  }
}

const plainNames = [
  ...(['a', 'b.txt', '-rf', 'ü', '\xff\xfe', 'x\ny', ' ', '...', '.h', "q'", 'back\\slash', '*'] as const),
  ...(['n'.repeat(90), 'l'.repeat(150)] as const),
] as const

const oddNames = [
  ...(['', '/', '/etc/x', '../x', 'site/../x', 'site/./x', 'site//x', './site/x', 'other', 'site'] as const),
  ...(['site/..', '.', '/../x'] as const),
] as const

const targets = ['a', '/', '/etc/passwd', '../../..', '.', 't'.repeat(150), '\xff'] as const

const oddKeywords = [
  ...(['size', 'uid', 'gid', 'path', 'linkpath', 'mtime', 'hdrcharset', 'charset', 'Path', 'unknown'] as const),
  ...(['GNU.sparse.name', 'GNU.sparse.realsize', 'GNU.sparse.major', 'GNU.sparse.map', 'GNU.dumpdir'] as const),
  ...(['RHT.security.selinux', 'SCHILY.realsize', 'SCHILY.fflags'] as const),
] as const

const oddValues = ['0', '512', '99999999999', '', 'x', '-1', 'site/other', '/etc/x'] as const
