import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { type InstallPlace, installPlace } from '../../servers/install-place'

/** All of them with `npm run hostile`. */
const everyStep = process.env['HOSTILE_COUNT'] !== undefined
const foreign = '# mine\nssh-ed25519 AAAA of somebody else, without a line break'

let folder: string
let place: InstallPlace
let publicKey: string
beforeEach(() => {
  place = installPlace()
  ;({ folder, publicKey } = place)
  mkdirSync(join(folder, 'bin'))
  mkdirSync(join(place.home, '.ssh'), { mode: 0o700 })
  writeFileSync(join(place.home, '.ssh/authorized_keys'), foreign, { mode: 0o600 })
  // Everything that changes a file ends all shells of the installation when its turn has come, before or after it.
  for (const name of ['mv', 'cp', 'chmod', 'mkdir', 'mktemp', 'rm']) {
    const script = `#!/bin/bash
      at=$(($(cat '${folder}/at') + 1)); echo $at >'${folder}/at'
      if [ "$at" = "$KILLED_BEFORE" ]; then kill -9 -$KILLED_GROUP; fi
      PATH=/usr/bin:/bin ${name} "$@"; status=$?
      if [ "$at" = "$KILLED_AFTER" ]; then kill -9 -$KILLED_GROUP; fi
      exit $status`
    writeFileSync(join(folder, 'bin', name), script, { mode: 0o755 })
  }
})
afterEach(() => place.remove())

/** Runs the program in a process group of its own. Returns how many times a file was changed. */
function run(words: string, killed = ''): number {
  writeFileSync(join(folder, 'at'), '0')
  const script = `export KILLED_GROUP=$$ ${killed}; PATH='${folder}/bin':$PATH; exec sh '${folder}/server.sh' ${words}`
  place.run(['setsid', '--wait', 'bash', '-c', script])
  return Number(readFileSync(join(folder, 'at'), 'utf8'))
}

function expectLocked(): void {
  const text = readFileSync(join(place.home, '.ssh/authorized_keys'), 'utf8')
  expect(text.startsWith(foreign)).toBe(true)
  const rest = text.slice(foreign.length).trim()
  if (rest === '') return
  // Where the key is, it has its lock, and what that runs is whole.
  expect(rest).toMatch(/^restrict,command="exec \S+\/make-a-backup\/serve web1" ssh-ed25519 \S+ make-a-backup web1$/)
  for (const file of ['server.sh', 'serve']) expect(existsSync(join(place.library, file))).toBe(true)
  expect(readFileSync(join(place.library, 'server.sh'))).toEqual(readFileSync(join(folder, 'server.sh')))
  expect(existsSync(join(place.settings, 'web1.conf'))).toBe(true)
}

describe('an installation that is killed', () => {
  it('at any step leaves no key without its lock, and every other line; the same command ends it', () => {
    const install = `install --name web1 --key '${publicKey}' --path '${folder}/site'`
    const steps = run(`${install} --dry-run`) + 30
    const all = Array.from({ length: steps }, (_, at) => at + 1)
    const chosen = everyStep ? all : [4, 13]
    for (const at of chosen) {
      for (const when of everyStep ? ['BEFORE', 'AFTER'] : ['AFTER']) {
        run(install, `KILLED_${when}=${at}`)
        expectLocked()
      }
    }
    run(install)
    expectLocked()
    expect(readFileSync(join(place.home, '.ssh/authorized_keys'), 'utf8')).toContain('make-a-backup web1')
    for (const at of everyStep ? all.slice(0, 20) : []) {
      run('uninstall --name web1', `KILLED_AFTER=${at}`)
      expectLocked()
      run(install)
    }
    run('uninstall --name web1')
    expect(readFileSync(join(place.home, '.ssh/authorized_keys'), 'utf8')).toBe(`${foreign}\n`)
    // A limit for jest alone.
  }, 3_600_000)
})
