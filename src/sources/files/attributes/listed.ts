/** What an archive lists behind its entries: access control lists, and extended attributes. */
export const attributeKinds = ['lists', 'attributes'] as const
export type AttributeKind = (typeof attributeKinds)[number]

/** A user or a group in an access control list, on the server that was backed up. Undefined: not known. */
export interface Account {
  name: string | undefined
  number: number | undefined
}

/** One line of an access control list. `permissions`: as in `rw-`. */
export interface AclEntry {
  /** Of what is made in this folder. */
  isDefault: boolean
  tag: 'user' | 'group' | 'mask' | 'other'
  /** Undefined: it is for the owner, the group, or all. */
  account: Account | undefined
  permissions: string
}

/** The access control list of an entry. `path`: bytes, one character each, in plain form. */
export interface ListedAcl {
  kind: 'lists'
  path: string
  entries: readonly AclEntry[]
}

/** One extended attribute of an entry. `name`: bytes, one character each; `value`: in hexadecimal. */
export interface ListedAttribute {
  kind: 'attributes'
  path: string
  /** The entry has no other one before it. */
  isFirst: boolean
  name: string
  value: string
}

export type Listed = ListedAcl | ListedAttribute

/** Whether an attribute gives rights beyond those of files: all but those of ordinary users. */
export function isPrivileged({ name }: Pick<ListedAttribute, 'name'>): boolean {
  return !name.startsWith('user.')
}

/** As the lists of an archive have a name: what could end a line is a backslash and three octal digits. */
export function quoted(bytes: string, others = /(?!)/): string {
  return [...bytes]
    .map((letter, at) => {
      const isOuter = at === 0 || at === bytes.length - 1
      const isOdd = /[\n\r\\]/.test(letter) || others.test(letter) || (isOuter && /[\s]/.test(letter))
      return isOdd ? `\\${letter.charCodeAt(0).toString(8).padStart(3, '0')}` : letter
    })
    .join('')
}

/** The reverse; getfacl doubles a backslash. Undefined: no such text. */
export function unquoted(text: string): string | undefined {
  if (!text.includes('\\')) return text
  if (/\\(?!\\|[0-3][0-7]{2})/.test(text.replaceAll('\\\\', ''))) return undefined
  return text.replace(
    /\\(?:(\\)|([0-3][0-7]{2}))/g,
    (_, same: string | undefined, octal: string) => same ?? String.fromCharCode(Number.parseInt(octal, 8)),
  )
}
