import { execFileSync } from 'node:child_process'
import { mkdir, readdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { buffer } from 'node:stream/consumers'
import type { JobReport } from '../../src/server/job-report'
import { ChainMerge } from '../../src/sources/files/chain/chain-merge'
import { checkLevel } from '../../src/sources/files/chain/check-level'
import { checkArchive } from '../../src/sources/files/check/archive-check'
import { folderServerOver } from '../../src/sources/files/folder-server'
import { compareLevel } from '../../src/sources/files/levels/level-content'
import { TreeFacts } from '../../src/sources/files/levels/tree-facts'
import type { LevelRequest } from '../../src/sources/files/mirror/open-archive'
import { localShell } from '../servers/processes/local-shell'
import { freshFolder, testServices } from '../servers/test-services'

const services = testServices()
const open: { close(): void }[] = []

afterEach(() => {
  for (const connection of open.splice(0)) connection.close()
})

/** A site of its own, and archives of its mirror. */
async function scene(shell: string) {
  const home = await freshFolder(services)
  const connection = localShell(shell.split(' '), { PATH: process.env['PATH'], HOME: home })
  open.push(connection)
  const folders = folderServerOver(connection)
  const folder = join(await freshFolder(services), 'site')
  const mirrorDir = `${home}/mirror`
  const taken = async (level: Partial<LevelRequest> = {}) => {
    const facts = new TreeFacts()
    const job = await folders.openArchive({
      ...{ paths: [folder], exclude: [], mirrorDir, allowEmpty: false, compression: { kind: 'none' } },
      ...{ owner: 'this run', user: 'sitebackup', lock: 'a1', compare: '' },
      level: { standOn: [], keep: [], base: 'never', ...level },
      onReport: line => facts.read(line),
      signal: new AbortController().signal,
    })
    const tar = await buffer(job.body)
    return { tar, facts, report: await job.done }
  }
  const sh = (script: string) => execFileSync('sh', ['-euc', script], { cwd: folder }).toString()
  await mkdir(folder, { recursive: true })
  return { folder, mirrorDir, taken, sh, notes: `${mirrorDir}/.make-a-backup/levels/a1` }
}

/** Unpacked by the three stock commands, and from the one archive that the action makes of the chain. */
async function restored(chain: readonly Buffer[], folder: string): Promise<void> {
  const [byHand, merged] = [await freshFolder(services), await freshFolder(services)]
  for (const tar of chain)
    execFileSync('tar', ['-xpf', '-', '--listed-incremental=/dev/null', '-C', byHand], { input: tar })
  const merge = new ChainMerge([folder.slice(1)])
  const check = checkArchive({ paths: [folder.slice(1)] })
  const pieces: Buffer[] = []
  for (const tar of chain.toReversed()) {
    for (let at = 0; at < tar.length; at += 70_001) merge.write(tar.subarray(at, at + 70_001))
    merge.next()
    pieces.push(merge.take())
  }
  merge.end()
  pieces.push(merge.take())
  for (const piece of pieces) check.write(piece)
  const content = check.finish()
  const { tree } = merge
  expect({ folders: tree.folders, others: tree.others - tree.missing }).toEqual({
    folders: content.directories,
    others: content.files + content.links + content.specials,
  })
  execFileSync('tar', ['-xpf', '-', '--delay-directory-restore', '-C', merged], { input: Buffer.concat(pieces) })
  for (const place of [byHand, merged]) {
    const left = execFileSync('rsync', ['-aHnic', '--delete', `${folder}/`, `${place}${folder}/`]).toString()
    expect(left).toBe('')
  }
}

function seen({ tar, report }: { tar: Buffer; report: JobReport }, folder: string) {
  const check = checkLevel({ paths: [folder.slice(1)] })
  check.write(tar)
  const content = check.finish()
  compareLevel(content.tree, report.counts, { allowEmpty: false })
  return content
}

describe.each([['dash'], ['busybox ash']])('archives of what changed, under %s', shell => {
  it('restore the tree of each moment, in order with stock tar and put together as one', async () => {
    const { folder, taken, sh, notes } = await scene(shell)
    sh(`
      mkdir -p css/deep 'a b' gone was-folder empty $(printf 'long%.0s' 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17 18 19 20 21 22 23 24 25 26 27 28 29 30)
      for n in 1 2 3 4 5 6 7 8 9; do head -c 20000 /dev/urandom >file$n; echo $n >css/deep/$n; done
      (cd long* && echo x >x); echo 1 >gone/1; echo 1 >was-folder/1; echo 1 >was-file; ln file1 css/hard; ln -s ../elsewhere css/soft
      printf 'odd\\nname' >"a b/$(printf 'odd\\nname\\377')"; mkfifo pipe; chmod 600 file2; touch -d 2020-01-01 css file3`)
    const base = await taken({ base: 'always' })
    expect(seen(base, folder).tree).toMatchObject({ kept: 0, missing: 0 })
    const on = base.facts.snapshot ?? ''
    expect(on).toMatch(/^[0-9a-f]{64}$/)
    expect(await readdir(notes)).toEqual([on])

    const same = await taken({ standOn: [on], keep: [on] })
    expect(same.facts.notOn).toEqual([])
    expect(same.facts.standsOn).toBe(on)
    expect(same.tar.length).toBeLessThan(base.tar.length / 4)
    expect(seen(same, folder).files).toBe(0)
    await restored([base.tar, same.tar], folder)

    sh(`
      rm -r gone was-folder was-file; echo file >was-folder; mkdir was-file; echo in >was-file/in
      mv css styles; echo edit >>file3; rm file4 file1; chmod 755 file2; mkdir new; ln file5 new/hard; ln -sfn x styles/soft; touch -d 2019-01-01 file6`)
    const day = await taken({ standOn: [on], base: 'always', keep: [on] })
    seen(day, folder)
    await restored([base.tar, day.tar], folder)
    const onDay = day.facts.snapshot ?? ''

    sh('mv styles css; rm -r new; mkdir new; echo 2 >new/2; echo edit >>file7; rmdir empty; echo a >empty; rm pipe')
    const hour = await taken({ standOn: [onDay, on], keep: [on, onDay] })
    expect(hour.facts.standsOn).toBe(onDay)
    seen(hour, folder)
    await restored([base.tar, day.tar, hour.tar], folder)
    expect((await readdir(notes)).sort()).toEqual([on, onDay].sort())
  }, 60_000)
})

it('builds on nothing that was lost, changed, or made by a clock that was ahead, and then has everything', async () => {
  const { folder, taken, sh, notes } = await scene('dash')
  sh('mkdir d; for n in 1 2 3 4 5 6 7 8; do head -c 9000 /dev/urandom >d/$n; done')
  const base = await taken({ base: 'always' })
  const on = base.facts.snapshot ?? ''
  const other = 'a'.repeat(64)

  const lost = await taken({ standOn: [other], keep: [on] })
  expect(lost.facts.notOn).toEqual([{ reason: 'missing', detail: other }])
  expect(lost.facts.standsOn).toBeUndefined()
  expect(execFileSync('tar', ['-tf', '-'], { input: lost.tar }).toString().split('\n')).toHaveLength(11)

  const text = execFileSync('cat', [join(notes, on)])
  await writeFile(join(notes, on), Buffer.concat([text.subarray(0, -4), Buffer.from('X\0\0\0')]))
  const edited = await taken({ standOn: [on], base: 'if-whole', keep: [on] })
  expect(edited.facts.notOn).toEqual([{ reason: 'changed', detail: on }])
  expect(edited.facts.snapshot).toMatch(/^[0-9a-f]{64}$/)
  await restored([edited.tar], folder)

  const next = edited.facts.snapshot ?? ''
  const ahead = Buffer.from(
    execFileSync('cat', [join(notes, next)])
      .toString('latin1')
      .replace(/\n\d+\0/, '\n4000000000\0'),
    'latin1',
  )
  await writeFile(join(notes, next), ahead)
  const early = await taken({ standOn: [next], keep: [next] })
  expect(early.facts.notOn).toEqual([{ reason: 'missing', detail: next }])
  expect(await readdir(notes)).toEqual([])
}, 60_000)

it('has everything again when more than half of it has changed', async () => {
  const { taken, sh } = await scene('dash')
  sh('for n in 1 2 3 4 5; do head -c 9000 /dev/urandom >$n; done')
  const on = (await taken({ base: 'always' })).facts.snapshot ?? ''
  sh('for n in 1 2 3; do head -c 9500 /dev/urandom >$n; done')
  const changed = await taken({ standOn: [on], base: 'if-whole', keep: [on] })
  expect(changed.facts.notOn).toEqual([{ reason: 'half', detail: on }])
  expect(changed.tar.length).toBeGreaterThan(45_000)
}, 60_000)
