/**
 * The cause for a title, from a message that begins with it: its first sentence, without the article before it, at most
 * 140 characters, and cut where a clause ends: `The host "web" has no address: ENOTFOUND. Check …` is
 * `host "web" has no address: ENOTFOUND`.
 */
export function titleOf(message: string): string {
  const first = firstSentence(message.replace(/\s+/g, ' ').trim())
  const bare = first.replace(/^(The|A|An) (?=\S)/, '')
  return shortened(bare === first ? first.replace(lowered, word => word.toLowerCase()) : bare)
}

const lengthMax = 140

// Names at the start keep their capitals, and names are not known here.
const lowered =
  /^(?:Access|Another|Could|Columns|Events|It|Its|No|Not|Nothing|Only|Inputs?|Rows|Some|Something|Tables|There|These|This|Views)\b/

/** Where a clause ends: not within double quotes, in which names are. */
function ends(text: string, isEnd: (rest: string) => boolean): number[] {
  const found: number[] = []
  let isQuoted = false
  for (let at = 0; at < text.length; at++) {
    if (text[at] === '\\') at++
    else if (text[at] === '"') isQuoted = !isQuoted
    else if (!isQuoted && isEnd(text.slice(at, at + 4))) found.push(at)
  }
  return found
}

function firstSentence(text: string): string {
  const [end = text.length] = ends(text, rest => /^[.!?](?: [A-Z"]|$)/.test(rest))
  return text.slice(0, end)
}

function shortened(text: string): string {
  if (text.length <= lengthMax) return text
  const end = ends(text, rest => /^(?:[,;:]| \() ?/.test(rest)).findLast(at => at >= 30 && at <= lengthMax)
  return end === undefined ? `${text.slice(0, lengthMax - 1).toWellFormed()}…` : text.slice(0, end)
}
