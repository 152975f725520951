import type { AttributeKind } from './listed'

/** The entries at the end of an archive that list what tar does not keep, in this order. */
export const listNames: Readonly<Record<AttributeKind, string>> = {
  lists: '.make-a-backup.acls',
  attributes: '.make-a-backup.attributes',
}

/** Give the entries of an archive what it lists, once it is unpacked and has its owners: they are lost with a new owner. */
export const applyLists: Readonly<Record<AttributeKind, string>> = {
  lists: `(cd / && setfacl --restore=${listNames.lists}; rm ${listNames.lists})`,
  attributes: `(cd / && setfattr -h --restore=${listNames.attributes}; rm ${listNames.attributes})`,
}

/** The program that gives them, and the package that brings it. */
export const attributeTools = {
  lists: { tool: 'setfacl', package: 'acl', what: 'access control lists' },
  attributes: { tool: 'setfattr', package: 'attr', what: 'extended attributes' },
} as const
