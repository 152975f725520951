import { execFileSync } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

// Each test starts a process that compiles itself first.
jest.setTimeout(60_000)

/**
 * The real `@actions/exec`, in a process of its own. Returns the last line that was printed, and how many there were.
 */
function run(...command: string[]): { result: unknown; printed: number } {
  const printed = execFileSync(
    process.execPath,
    [
      '--no-warnings',
      '--import',
      join(__dirname, 'plain-typescript.mjs'),
      join(__dirname, 'local-command-program.ts'),
      ...command,
    ],
    { env: { PATH: process.env['PATH'], UNTOLD: 'that' }, encoding: 'utf8' },
  )
  const lines = printed.split('\n').filter(line => line !== '' && !line.startsWith('::add-mask::'))
  return { result: JSON.parse(lines.at(-1) ?? ''), printed: lines.length }
}

describe('localCommand', () => {
  it('gives back what a command said and its status, prints nothing, and takes secrets out', () => {
    const script = 'echo "$TOLD $UNTOLD a-secret"; echo complaint >&2; exit 3'
    expect(run('sh', '-c', script)).toEqual({
      result: { exitCode: 3, stdout: 'this  ***\n', stderr: 'complaint\n' },
      printed: 1,
    })
  })

  it('hands every word over as it is', () => {
    expect(run('printf', '%s|', 'two words', '"quoted"', '$HOME', '')).toMatchObject({
      result: { exitCode: 0, stdout: 'two words|"quoted"|$HOME||' },
    })
  })

  it('runs a program whose path has blanks in it', () => {
    const folder = mkdtempSync(join(tmpdir(), 'local command "odd" '))
    writeFileSync(join(folder, 'my tool'), '#!/bin/sh\necho "$#"\n', { mode: 0o755 })
    expect(run(join(folder, 'my tool'), 'one')).toMatchObject({ result: { exitCode: 0, stdout: '1\n' } })
    rmSync(folder, { recursive: true })
  })

  it('tells that there is no such program', () => {
    expect(run('no-such-program-here')).toMatchObject({
      result: { exitCode: 127, stderr: expect.stringContaining('no-such-program-here') },
      printed: 1,
    })
  })
})
