import { type Finding, warning } from '../../../findings/finding'
import type { ChainObject } from '../../../repository/manifest/manifest'
import type { NotOn, TreeFacts } from './tree-facts'

/** Why an archive is larger than it had to be, each in half a sentence. */
export function reasonsFor({ notOn }: Pick<TreeFacts, 'notOn'>): string[] {
  return notOn.map(({ reason, detail }) => reasonWords[reason](detail))
}

const reasonWords: Readonly<Record<NotOn, (detail: string) => string>> = {
  tools: tool => toolWords[tool] ?? `the server lacks ${tool}`,
  missing: () => 'the server does not have its notes about the last base any more',
  changed: () => 'the notes of the server about the last base have been changed',
  half: () => 'more than half of the files have changed since the last base',
}

const toolWords: Readonly<Record<string, string>> = {
  tar: 'the tar of the server is not GNU tar',
  find: 'the find of the server is not that of GNU findutils',
  sha256sum: 'the server has no sha256sum',
  stat: 'the stat of the server does not show the time of a file',
}

/** For the summary: what was stored beside the archive of the slot, and why. */
export function baseNote({ level, key }: Pick<ChainObject, 'level' | 'key'>, reasons: readonly string[]): string {
  const what = level === 0 ? 'A whole archive' : 'What changed since the last whole archive'
  return `${what} was stored as ${key} for the slots to come${because(reasons)}.`
}

export function wholeNote(reasons: readonly string[]): string {
  return `The files were stored as a whole archive${because(reasons)}.`
}

export function levelNote(chain: readonly ChainObject[]): string {
  const tip = chain.at(-1)
  return `Only what changed since ${tip?.takenAt} was sent: the archive builds on ${chain.map(({ key }) => key).join(' and ')}.`
}

function because(reasons: readonly string[]): string {
  return reasons.length === 0 ? '' : `: ${reasons.join('; ')}`
}

/** `full-every` is of no use here, as long as that is so. */
export function uselessHere(reason: string): Finding {
  return warning(
    'full-every-useless',
    `Each run stores a whole archive although "full-every" says otherwise: ${reason}.`,
    'Change that, or remove "full-every".',
  )
}
