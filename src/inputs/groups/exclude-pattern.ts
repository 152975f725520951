import { shown, wrongInput } from '../../findings/wrong-input'
import type { UserError } from '../../runtime/errors'
import { isInside } from '../../sources/files/plan/folder-paths'

/** One line of `exclude`. Returns it. Throws `UserError` for what is no pattern of rsync, and for what no name is like. */
export function checkPattern(pattern: string): string {
  const refuse = (rule: string, advice: string): UserError => wrongInput('exclude', rule, pattern, advice)
  const literal = `For a name that really begins like this, write ${shown(`**/${pattern}`)}.`
  if (/^[+-]([ ,]|$)/.test(pattern)) {
    const bare = pattern.slice(1).trim()
    throw refuse(noRules, `Write only the pattern${bare && `: ${shown(bare)}`}. ${onlyExclusions}`)
  }
  if (pattern === '!') throw refuse(noRules, 'A single "!" would clear all patterns before it.')
  if (pattern.startsWith('!')) {
    throw refuse(
      'be patterns of rsync, which cannot take anything back in',
      `"!" does that in .gitignore; rsync would look for a name that begins with "!". ${takeBack(pattern.slice(1))} ${literal}`,
    )
  }
  const [, option, rest = ''] =
    /^(--(?:exclude|include|filter)(?:-from)?)[= ]?(.*)$/.exec(pattern) ??
    /^((?:dir-)?merge|exclude|include|hide|show|protect|risk|clear|[.:HSPR])[, ]+(.*)$/.exec(pattern) ??
    []
  if (option !== undefined) {
    const files = /merge|from|^[.:]$/.test(option) ? 'Patterns from files are not read. ' : ''
    throw refuse(noRules, `${files}Write only the pattern${rest && `: ${shown(rest)}`}. ${onlyExclusions} ${literal}`)
  }
  if (pattern.startsWith(';')) {
    throw refuse(
      'be patterns',
      'rsync treats such a line as a comment. Write [;] for a name that begins with a semicolon.',
    )
  }
  if (/^\/?\**\/?$/.test(pattern)) throw refuse(leaveSomething, allOfIt)
  const better = asRsyncNames(pattern)
  if (better !== undefined) throw refuse('be patterns that a name can match', better)
  return pattern
}

const noRules = 'be patterns, not filter rules'
const onlyExclusions = 'Every line is an exclusion.'
const leaveSomething = 'leave something to back up'
const allOfIt = 'This pattern matches everything. Leave "paths" empty to back up no files.'

function takeBack(kept: string): string {
  const name = kept.replace(/\/+$/, '').replace(/^.*\//, '') || 'keep'
  return `Exclude less in the first place: instead of a whole folder, one line for each thing in it that needs no backup, so that no line matches ${shown(name)}.`
}

/** What to write in place of a pattern that is unlike every name. Undefined: there may be such a name. */
function asRsyncNames(pattern: string): string | undefined {
  const quoted = /^(["'])(.+)\1$/.exec(pattern)?.[2]
  if (quoted !== undefined) return `Write it without quotes: ${shown(quoted)}.`
  const [, uncommented] = /^(.*\S)\s+#(?:\s.*)?$/.exec(pattern) ?? []
  if (uncommented !== undefined) return `A comment needs a line of its own: write ${shown(uncommented)}.`
  if (pattern.startsWith('~'))
    return 'Write the full path of the home folder, as in: /home/deploy/site/cache/. For a name that really begins like this: [~]name.'
  const parts = pattern.split('/')
  if (parts.includes('..')) return 'Names never have ".." in them: write the path from the root of the server.'
  if (parts.includes('.') || /\/\//.test(pattern)) {
    const plain = pattern.replace(/(^|\/)(?:\.\/)+/g, '$1').replace(/\/+/g, '/')
    const bare = plain.replace(/\/\.$/, '/')
    const anchored = /^\.\//.test(pattern)
      ? `, or from the root of the server, as in ${shown(`/var/www/html/${bare}`)}`
      : ''
    return `Names never have "." or "//" in them: write ${shown(bare)}${anchored}.`
  }
  if (parts.some(part => !/[*?[\\]/.test(part) && Buffer.byteLength(part) > 255)) return 'A name has at most 255 bytes.'
  return undefined
}

/** Throws `UserError` for a pattern that takes a whole folder of `paths` out, or that matches nothing in any of them. */
export function checkReach(pattern: string, paths: readonly string[]): void {
  const reaches = paths.map(path => reachOf(pattern, path))
  const whole = paths.find((_, index) => reaches[index] === 'whole')
  if (whole !== undefined) {
    throw wrongInput(
      'exclude',
      leaveSomething,
      pattern,
      `It excludes all of ${shown(whole)}, which "paths" asks for. Remove one of the two, or name what to exclude in it, as in: ${whole}/cache/`,
    )
  }
  if (reaches.every(reach => reach === 'nothing')) {
    const [first = ''] = paths
    const above = paths.find(path => isInside(path, pattern.replace(/(?<=.)\/$/, '')))
    throw wrongInput(
      'exclude',
      'match something below "paths"',
      pattern,
      above !== undefined
        ? `It is above ${shown(above)}, where nothing is excluded: remove the line, or name what to exclude below, as in: ${above}/cache/`
        : `A pattern that begins with "/" is a path from the root of the server, and none of "paths" is there. Write ${shown(`${first}${pattern}`)} for a place below ${shown(first)}, ${shown(pattern.replace(/^\/+/, ''))} for one anywhere, or remove the line.`,
    )
  }
}

type Reach = 'whole' | 'part' | 'nothing'

/**
 * What a pattern does to a folder, by rsync(1), "PATTERN MATCHING RULES": names are full paths; one without a slash is
 * matched against the last part of a name alone, one that begins with a slash from the root on, others from any part on.
 * The folders above are never matched.
 */
function reachOf(pattern: string, path: string): Reach {
  const names = path.split('/').slice(1)
  const isAnchored = pattern.startsWith('/')
  const parts = pattern.replace(/^\//, '').replace(/\/$/, '').split('/')
  const deep = parts.findIndex(part => part.includes('**'))
  // Classes like [a-z] are not worked out here: what they match is not refused.
  const isPlain = !pattern.includes('[')
  if (!isAnchored) {
    const wanted = parts[0] === '**' ? parts.slice(1) : parts
    const isPart = !isPlain || wanted.some(part => part.includes('**')) || wanted.length > names.length
    return !isPart && matchesAll(wanted, names.slice(-wanted.length)) ? 'whole' : 'part'
  }
  const fixed = deep < 0 ? parts : parts.slice(0, deep)
  const shared = Math.min(fixed.length, names.length)
  if (!matchesAll(fixed.slice(0, shared), names.slice(0, shared))) return 'nothing'
  if (deep >= 0) return isPlain && isEverythingIn(parts, deep, names.length) ? 'whole' : 'part'
  if (fixed.length === names.length) return isPlain ? 'whole' : 'part'
  if (fixed.length < names.length) return 'nothing'
  return fixed.length === names.length + 1 && fixed.at(-1) === '*' ? 'whole' : 'part'
}

/** `/srv/site/**` and `/srv/**`, for /srv/site. */
function isEverythingIn(parts: readonly string[], deep: number, names: number): boolean {
  return deep === parts.length - 1 && deep <= names && /^\*\*\*?$/.test(parts[deep] ?? '')
}

function matchesAll(parts: readonly string[], names: readonly string[]): boolean {
  return parts.every((part, index) => nameMatcher(part).test(names[index] ?? ''))
}

/** One part of a pattern. A backslash means itself where there is no wildcard. */
function nameMatcher(part: string): RegExp {
  if (!/[*?[]/.test(part)) return new RegExp(`^${escapeLiteral(part)}$`, 'su')
  const tokens = part.match(/\\.|\[[!^]?\]?(?:\[:\w+:\]|\\.|[^\]\\])*\]|[\s\S]/gu) ?? []
  const source = tokens.map(token => {
    if (token === '*') return '.*'
    if (token === '?') return '.'
    if (token.length > 1 && token.startsWith('[')) return '.'
    return escapeLiteral(token.replace(/^\\(?=.)/, ''))
  })
  return new RegExp(`^${source.join('')}$`, 'su')
}

function escapeLiteral(text: string): string {
  return text.replace(/[\\^$.*+?()[\]{}|/]/g, '\\$&')
}
