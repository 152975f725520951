import { appendFileSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { FailureError } from '../../../../src/runtime/errors'
import { commandFiles } from '../../../../src/runtime/github/command-files'

let folder: string
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'command-files-'))
})
afterEach(() => rmSync(folder, { recursive: true }))

/** Files as the runner makes them. `full`: from when on nothing fits, but for the first bytes of a command. */
function files() {
  const disk = { isFull: false }
  const variables: Record<string, string> = {}
  for (const name of ['GITHUB_OUTPUT', 'GITHUB_STATE', 'GITHUB_STEP_SUMMARY']) {
    variables[name] = join(folder, name)
    writeFileSync(join(folder, name), '')
  }
  const append = (variable: string) => (name: string, value: string) => {
    const text = `${name}=${value}\n`
    appendFileSync(variables[variable] ?? '', disk.isFull ? text.slice(0, 4) : text)
    if (disk.isFull) throw new Error('ENOSPC: no space left on device, write')
  }
  const warnings: string[] = []
  const written = commandFiles({ setOutput: append('GITHUB_OUTPUT'), saveState: append('GITHUB_STATE') }, variables, {
    warning: message => void warnings.push(message),
  })
  return { disk, variables, warnings, written, text: (name: string) => readFileSync(join(folder, name), 'utf8') }
}

describe('the files of a step', () => {
  it('take outputs, state and summary', async () => {
    const { written, text, warnings } = files()
    written.output('status', 'good')
    written.saveState('backup', '{}')
    await written.summary('# Good')
    expect(['GITHUB_OUTPUT', 'GITHUB_STATE', 'GITHUB_STEP_SUMMARY'].map(text)).toEqual([
      'status=good\n',
      'backup={}\n',
      '# Good\n\n',
    ])
    expect(warnings).toEqual([])
  })

  it('keep whole commands only, and warn once, when the disk is full', () => {
    const { disk, written, text, warnings } = files()
    written.output('status', 'good')
    disk.isFull = true
    written.output('slot', 'Monday-13-00')
    written.output('bytes', '12')
    expect(text('GITHUB_OUTPUT')).toBe('status=good\n')
    expect(warnings).toEqual([
      'The outputs could not be written, at least in part: ENOSPC: no space left on device, write (GITHUB_OUTPUT). What the run has done is not affected. Free disk space on the runner.',
    ])
  })

  it('warn of a summary that a folder is in the way of', async () => {
    const { variables, written, warnings } = files()
    variables['GITHUB_STEP_SUMMARY'] = folder
    await written.summary('# Good')
    await written.summary('# Good')
    expect(warnings).toEqual([expect.stringMatching(/^The job summary could not be written.*EISDIR/)])
  })

  it('refuse to begin a run that could not be cleaned up', () => {
    const { disk, written, text } = files()
    disk.isFull = true
    const save = () => written.saveState('backup', '{}')
    expect(save).toThrow(FailureError)
    expect(save).toThrow(/^What the post step needs .* cannot be written: ENOSPC.*GITHUB_STATE/)
    expect(text('GITHUB_STATE')).toBe('')
  })

  it('hold no state that is out of date', () => {
    const { disk, written, text, warnings } = files()
    written.saveState('backup', '{"stage":"preparing"}')
    disk.isFull = true
    written.saveState('backup', '{"stage":"clean"}')
    expect(text('GITHUB_STATE')).toBe('')
    expect(warnings).toEqual([expect.stringContaining('after a killed run could not be written')])
    disk.isFull = false
    written.saveState('backup', '{}')
    expect(text('GITHUB_STATE')).toBe('backup={}\n')
  })
})
