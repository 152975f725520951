import { randomBytes } from 'node:crypto'
import { Transform } from 'node:stream'
import { noteFreed } from '../../runtime/garbage'
import { attempt } from '../attempt'
import type { Filter } from '../filter'
import { sealHeader } from './header'
import { Blocks, chunkBytes, nonceBytes, PayloadCipher } from './payload'
import type { Recipient } from './recipient'

/** Encrypts what passes to the recipients, as an age file with a key of its own. */
export async function seal(recipients: readonly Recipient[]): Promise<Filter<undefined>> {
  const { header, fileKey } = await sealHeader(recipients)
  const nonce = randomBytes(nonceBytes)
  const cipher = new PayloadCipher(fileKey, nonce)
  const blocks = new Blocks(chunkBytes)
  let isBegun = false
  const stage: Transform = new Transform({
    highWaterMark: 1024 * 1024,
    transform(piece: Buffer, _encoding, done) {
      attempt(
        () => {
          begin()
          blocks.write(piece, block => push(block, false))
          noteFreed(piece.length)
        },
        error => done(error),
      )
    },
    flush(done) {
      attempt(
        () => {
          begin()
          push(blocks.rest(), true)
        },
        error => done(error),
      )
    },
  })
  const begin = () => {
    if (isBegun) return
    isBegun = true
    stage.push(Buffer.concat([header, nonce]))
  }
  const push = (block: Buffer, isLast: boolean) => {
    for (const piece of cipher.seal(block, isLast)) stage.push(piece)
  }
  return { stages: [stage], result: () => undefined }
}
