import { defined } from '../../runtime/defined'
import { FailureError } from '../../runtime/errors'
import type { FolderState, HostFacts } from './host-facts'
import { freeBytesOf } from './parse-disk'
import { parseInventory } from './parse-inventory'

/** Reads the tab-separated lines of the job `preflight`. Throws FailureError when it makes no sense. */
export function parseHostFacts(text: string): Omit<HostFacts, 'problems'> {
  const lines = text.split('\n').map(line => line.split('\t'))
  const all = (word: string) => lines.filter(([first]) => first === word)
  const folder = (which: string) => {
    // Where the first place for locks is impossible, another one follows.
    const [, , state, ...path] = all('folder').findLast(([, name]) => name === which) ?? []
    return state === undefined ? undefined : { state: folderState(state), path: path.join('\t') }
  }
  const seconds = Number(all('clock')[0]?.[1])
  const lockFolder = folder('lock')
  if (!Number.isSafeInteger(seconds) || lockFolder === undefined) throw unreadable()
  const mirror = folder('mirror')
  const freeBytes = freeBytesOf(all('disk')[0]?.[1])
  const estimate = estimateOf(lines, mirror?.state === 'present')
  const pathLines = all('path').map(fields => fields.join('\t'))
  return {
    clock: new Date(seconds * 1000),
    tools: new Map(all('tool').map(([, name = '', ...version]) => [name, version.join('\t')])),
    lockFolder,
    paths: parseInventory(pathLines.join('\n')).paths,
    ...defined({ mirror, freeBytes, estimate }),
    brokenViews: all('broken-view').map(([, database = '', name = '']) => ({
      database: fromHex(database),
      name: fromHex(name),
    })),
  }
}

/** From rsync's statistics. A mirror that is not there lacks everything. */
function estimateOf(lines: readonly string[][], hasMirror: boolean): HostFacts['estimate'] {
  const stats = lines.map(([line = '']) => line).filter(line => line.startsWith('stats '))
  const number = (pattern: RegExp): number =>
    Number(stats.map(line => pattern.exec(line)?.[1]).find(value => value !== undefined))
  const missingBytes = number(hasMirror ? /Total transferred file size: (\d+)/ : /Total file size: (\d+)/)
  const missingFiles = number(
    hasMirror ? /Number of (?:regular )?files transferred: (\d+)/ : /Number of files: (\d+)/,
  )
  if (![missingBytes, missingFiles].every(Number.isSafeInteger)) return undefined
  return { missingBytes, missingFiles }
}

function folderState(state: string): FolderState {
  if (state === 'present' || state === 'absent' || state === 'unusable' || state === 'impossible')
    return state
  throw unreadable()
}

function fromHex(text: string): string {
  return Buffer.from(text, 'hex').toString('utf8')
}

function unreadable(): FailureError {
  return new FailureError('The server answered the preflight with lines that make no sense.')
}
