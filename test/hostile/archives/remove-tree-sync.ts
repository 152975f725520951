import { chmodSync, lstatSync, readdirSync, rmSync } from 'node:fs'

/** Removes a folder whose folders may deny everything to their owner. */
export function removeTreeSync(folder: Buffer): void {
  unlock(folder)
  rmSync(folder, { recursive: true, force: true })
}

function unlock(folder: Buffer): void {
  chmodSync(folder, 0o700)
  for (const name of readdirSync(folder, { encoding: 'buffer' })) {
    const place = Buffer.concat([folder, Buffer.from('/'), name])
    if (lstatSync(place).isDirectory()) unlock(place)
  }
}
