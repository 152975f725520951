import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { appendToSummary, fitSummary, summaryLimitBytes } from '../../../../src/runtime/github/job-summary'

describe('appendToSummary', () => {
  let folder: string
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'summary-'))
  })
  afterEach(() => rm(folder, { recursive: true }))

  it('adds to what is there', async () => {
    const path = join(folder, 'summary.md')
    await appendToSummary(path, '# one\n')
    await appendToSummary(path, '')
    await appendToSummary(path, 'two')
    expect(await readFile(path, 'utf8')).toBe('# one\n\ntwo\n\n')
  })

  it('does nothing where there is no summary', async () => {
    await expect(appendToSummary(undefined, 'x')).resolves.toBeUndefined()
    await expect(appendToSummary('', 'x')).resolves.toBeUndefined()
  })

  it('keeps the file below the limit, counting what is there in bytes', async () => {
    const path = join(folder, 'summary.md')
    await writeFile(path, 'ü'.repeat(300_000))
    await appendToSummary(path, 'a line of text ü\n'.repeat(60_000))
    await appendToSummary(path, 'a line of text ü\n'.repeat(60_000))
    const text = await readFile(path)
    expect(text.length).toBeLessThanOrEqual(summaryLimitBytes)
    expect(text.length).toBeGreaterThan(summaryLimitBytes - 1000)
    expect(text.toString()).toContain('This summary was cut')
  })
})

describe('fitSummary', () => {
  it('leaves alone what fits', () => {
    expect(fitSummary('a\nb\n', 4)).toBe('a\nb\n')
  })

  it('is empty when there is no room even for the note', () => {
    expect(fitSummary('a'.repeat(100), 20)).toBe('')
  })

  it('closes a fold and a fence that the cut leaves open, before the note', () => {
    const text = `<details><summary>x</summary>\n\n\`\`\`\`text\n${'line\n'.repeat(1000)}\`\`\`\`\n\n</details>\n`
    const cut = fitSummary(text, 1000)
    expect(Buffer.byteLength(cut)).toBeLessThanOrEqual(1000)
    expect(cut).toMatch(/line\n````\n\n<\/details>\n\n> This summary was cut/)
  })
})
