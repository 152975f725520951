import { Transform } from 'node:stream'
import { attempt } from '../../../pipeline/attempt'
import type { ContentCheck } from '../../../pipeline/content-check'
import { type Filter, known } from '../../../pipeline/filter'
import { checkDump } from './dump-check'
import type { DumpContent } from './dump-content'
import type { DumpNeeds } from './needs/dump-needs'

/** Passes a dump on, and no statement before it passed the check. */
export interface PassingDump {
  check: ContentCheck<DumpContent>
  /** `check`: this one, maybe with others around it. */
  passing(check: ContentCheck<DumpContent>): Filter<DumpContent>
}

/** `isFit`: whether what the dump needs so far is there. Where it is not, nothing more is passed on: `stop` is called. */
export function passDump(isFit: (needs: DumpNeeds) => boolean, stop: () => void): PassingDump {
  let held: Buffer[] = []
  let unreadBytes = 0
  let isStopped = false
  let mark = ''
  const check = checkDump({
    ...{ passes: 'one or two', needs: true },
    onPiece: (needs, unread) => {
      unreadBytes = unread
      const known = JSON.stringify({ ...needs, longestStatementBytes: 0 })
      if (isStopped || known === mark) return
      mark = known
      if (isFit(needs)) return
      isStopped = true
      stop()
    },
  })
  /** What of the dump is checked and was not taken yet. */
  const take = (): Buffer => {
    const bytes = held.length === 1 ? held[0] : Buffer.concat(held)
    held = []
    if (bytes === undefined || isStopped) return Buffer.alloc(0)
    const end = bytes.length - unreadBytes
    if (unreadBytes > 0) held = [Buffer.from(bytes.subarray(end))]
    return bytes.subarray(0, end)
  }
  const passing = (checking: ContentCheck<DumpContent>): Filter<DumpContent> => {
    let found: { result: DumpContent } | undefined
    const stage = new Transform({
      highWaterMark: 1024 * 1024,
      transform(piece: Buffer, _encoding, done) {
        attempt(() => {
          checking.write(piece)
          held.push(piece)
          return take()
        }, done)
      },
      flush(done) {
        attempt(() => {
          found = { result: checking.finish() }
          unreadBytes = 0
          return take()
        }, done)
      },
    })
    return { stages: [stage], result: () => known(found) }
  }
  return { check, passing }
}
