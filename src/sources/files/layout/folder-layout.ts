/** Where a folder of `paths` really is, and what is mounted in it: what its archive does not show. */
export interface FolderLayout {
  path: string
  /** Without links. */
  real: string
  /** Where the path itself is a symbolic link: its target, as it is. */
  linkTarget?: string
  /** Where something is mounted, below `path` or there. */
  mounts: { path: string; type: string }[]
}

/** At most this many mounts of a folder are reported: of one with so many, none is known. */
const mountsMax = 1000

/** Reads what the server reports of the folders, word by word. Of an unknown folder it takes nothing. */
export class LayoutReader {
  readonly folders: readonly FolderLayout[]

  constructor(paths: readonly string[]) {
    this.folders = paths.map(path => ({ path, real: path, mounts: [] }))
  }

  /** `number`: of the folder. `value`: a path, a target; of a mount its type and the path below the folder. */
  read(word: string, number: string, value: string, below = ''): void {
    const folder = this.folders[Number(number)]
    if (folder === undefined) return
    if (word === 'real') folder.real = value
    if (word === 'linked') folder.linkTarget = value
    if (word === 'mount' && folder.mounts.length < mountsMax)
      folder.mounts.push({ path: `${folder.path}${below === '' ? '' : `/${decodedMount(below)}`}`, type: value })
  }

  /** The folders that are themselves links, as manifests have them. */
  get pathLinks(): { path: string; target: string; leadsTo: string }[] {
    return this.folders.flatMap(({ path, real, linkTarget: target }) =>
      target === undefined ? [] : [{ path, target, leadsTo: real }],
    )
  }

  /** Undefined when there are too many to know all. */
  get mounts(): FolderLayout['mounts'] | undefined {
    return this.folders.some(({ mounts }) => mounts.length === mountsMax)
      ? undefined
      : this.folders.flatMap(({ mounts }) => mounts)
  }
}

/** A line of a report: `mount 0 nfs4 wp-content/uploads`. */
export function readLayoutLine(layout: LayoutReader, { word, value }: { word: string; value: string }): void {
  const [number = '', ...rest] = value.split(' ')
  if (word === 'mount') layout.read(word, number, rest[0] ?? '', rest.slice(1).join(' '))
  else layout.read(word, number, rest.join(' '))
}

/** From how the script encodes the paths of mounts: an octal number behind a backslash. */
export function decodedMount(path: string): string {
  return path.replace(/\\([0-7]{3})/g, (_, octal) => String.fromCharCode(Number.parseInt(octal, 8)))
}
