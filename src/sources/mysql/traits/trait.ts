import type { DatabaseArtifact } from '../../../repository/manifest/manifest'

/** What of a database a new server may refuse, or change, although the old one has it. By the words of the script. */
export const traitNames = [
  'loose-foreign-keys',
  'wide-rows',
  'no-primary-key',
  'tablespaces',
  'reference-systems',
  'encrypted-tables',
  'foreign-engines',
  'long-statements',
  'unsafe-functions',
  'named-time-zones',
  'float-columns',
  'undefined-bytes',
  'zoned-columns',
  'mangled-names',
  'converted-code',
  'comment-ends',
  'foreign-views',
  'foreign-references',
  'foreign-libraries',
] as const

export type TraitName = (typeof traitNames)[number]

/** One thing with such a trait, as the server's own metadata show it. */
export interface ListedTrait {
  trait: TraitName
  /** Undefined: of no table. */
  table: string | undefined
  /** For messages: `orders.fk_sku`. */
  name: string
  /** What makes it on a new server. */
  statement: string | undefined
}

/** As manifests have them. */
export type RecordedTraits = DatabaseArtifact['content']['traits']

/** Undefined: the database does not have it, or it is not known. */
export function traitIn(traits: RecordedTraits, trait: TraitName): NonNullable<RecordedTraits>[number] | undefined {
  return traits?.find(each => each.trait === trait)
}
