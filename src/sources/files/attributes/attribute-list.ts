import { type ListFormat, odd } from './list-lines'
import { type ListedAttribute, unquoted } from './listed'

/**
 * The list of extended attributes, as getfattr(1) prints and setfattr(1) takes them, with values in hexadecimal. Throws
 * CheckError for all else.
 */
export class AttributeList implements ListFormat {
  private isFirst = true
  private readonly onListed: (listed: ListedAttribute) => void

  constructor(onListed: (listed: ListedAttribute) => void) {
    this.onListed = onListed
  }

  comment(): void {
    throw odd('attributes')
  }

  line(path: string, text: string): void {
    const [, word = '', value = ''] = attributeLine.exec(text) ?? []
    const name = unquoted(word)
    if (name === undefined || !known.test(name) || name.includes('\0')) throw odd('attributes')
    this.onListed({ kind: 'attributes', path, isFirst: this.isFirst, name, value })
    this.isFirst = false
  }

  end(): void {
    this.isFirst = true
  }
}

const attributeLine = /^([^=]{1,1024})=0x((?:[0-9a-f]{2}){0,65536})$/

/** What the script asks for. */
const known = /^(?:(?:user|trusted)\..{1,250}|security\.capability)$/s
