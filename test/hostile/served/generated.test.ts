import { readdirSync } from 'node:fs'
import { join } from 'node:path'
import { randomFrom } from '../random'
import { honestDump, randomAttempt } from './random-request'
import { openTarget, type Target } from './thief'
import { isOddWord, serveAll } from './traced'

const count = Number(process.env['HOSTILE_COUNT'] ?? 150)
const seed = Number(process.env['HOSTILE_SEED'] ?? 1)
const isTraced = process.env['HOSTILE_TRACE'] === 'yes'
const batch = 1_000

let target: Target
beforeEach(() => {
  target = openTarget()
})
afterEach(() => target.close())

/** The words of all calls of the database programs that no backup says. Behind -- are names of tables. */
function oddWords(): string[] {
  const options = target.asked().flatMap(words => words.slice(0, [...words, '--'].indexOf('--')))
  return options.filter(word => isOddWord(word, target))
}

describe('a key that can only take backups, in the hands of a thief', () => {
  it(
    `writes nowhere, reads nothing else and runs nothing else, whatever is sent (${count} requests, seed ${seed})`,
    async () => {
      const random = randomFrom(seed)
      const started = new Map<string, number>()
      const began = Date.now()
      for (let done = 0; done < count; done += batch) {
        const attempts = Array.from({ length: Math.min(batch, count - done) }, () => randomAttempt(random, target))
        if (done === 0) attempts.push(honestDump(random, target))
        const seen = await serveAll(target, attempts, isTraced)
        expect(seen.violations.slice(0, 20)).toEqual([])
        for (const [program, times] of seen.started) started.set(program, (started.get(program) ?? 0) + times)
        const seconds = Math.round((Date.now() - began) / 1_000)
        if (isTraced) process.stderr.write(`${done + attempts.length} requests in ${seconds} s\n`)
      }
      if (isTraced) {
        // The generator reaches the tools, or it would prove nothing.
        for (const tool of ['/usr/bin/rsync', '/usr/bin/tar']) expect(started.get(tool)).toBeGreaterThan(0)
        process.stderr.write(`${[...started].map(([program, times]) => `${program} ${times}`).join('\n')}\n`)
      }
      expect(readdirSync(target.canary)).toEqual(['secret'])
      expect(readdirSync(target.paths[0]).sort()).toEqual(['index.php', 'link', 'uploads'])
      expect(readdirSync(target.folder).sort()).toEqual([
        'asked',
        'canary',
        'home',
        'installed',
        'mirror',
        'replaced',
        'requests',
        'site',
        'tools',
      ])
      // There once a lock was taken.
      const inHome = readdirSync(target.home)
      expect(inHome.filter(name => name !== '.make-a-backup')).toEqual([])
      expect(inHome.flatMap(name => readdirSync(join(target.home, name)))).toEqual([])
      expect(target.asked().length).toBeGreaterThan(0)
      expect(oddWords()).toEqual([])
      // A limit for jest alone: so many take hours.
    },
    60_000 + count * 2_000,
  )
})
