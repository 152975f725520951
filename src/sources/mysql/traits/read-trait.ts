import type { AnswerRow } from '../../host/answer'
import { type ListedTrait, traitNames } from './trait'

/** The line of a request that asks for them. */
export const wantsTraits = ['traits', 'yes'] as const

/** A row `trait`: its database, which trait, its table, its name, and what makes it elsewhere. */
export function readTrait(row: AnswerRow): ListedTrait {
  return {
    trait: traitNames.find(each => each === row.field(2)) ?? row.isUnreadable(),
    table: row.name(3) || undefined,
    name: row.name(4),
    statement: row.name(5) || undefined,
  }
}
