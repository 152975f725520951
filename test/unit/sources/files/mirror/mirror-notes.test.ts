import { mirrorNotes } from '../../../../../src/sources/files/mirror/mirror-notes'

function notesOf(...lines: string[]) {
  const notes = mirrorNotes()
  for (const line of lines) {
    const [word = '', ...value] = line.split(' ')
    notes.read({ word, value: value.join(' ') })
  }
  return notes
}

describe('mirrorNotes', () => {
  it('has nothing to tell of a mirror without notes', () => {
    const notes = notesOf('phase rsync', 'count f 3')
    expect(notes.isCompared).toBe(false)
    expect(notes.findings(undefined)).toEqual([])
  })

  it('names some of the files that only their contents gave away, and since when that may be so', () => {
    const notes = notesOf(
      'compared yes',
      'differs 7',
      ...['a', 'b', 'c', 'd', 'e', 'f'].map(name => `differ srv/${name}`),
    )
    expect(notes.isCompared).toBe(true)
    const [finding] = notes.findings('2026-11-16T00:00:00Z')
    expect(finding).toMatchObject({ code: 'contents-differed', level: 'warning' })
    expect(finding?.what).toContain('7 files had other contents')
    expect(finding?.what).toContain('/srv/a, /srv/b, /srv/c, /srv/d, /srv/e and 2 more')
    expect(finding?.what).toContain('earlier ones since 2026-11-16T00:00:00Z may')
  })

  it('names devices, and folders that left the mirror or should have', () => {
    const notes = notesOf('skipped 1', 'skip srv/zero', 'forgotten /srv/old', "unforgotten /m/srv/it's")
    expect(notes.findings(undefined).map(({ code, what }) => `${code}: ${what}`)).toEqual([
      'devices-left-out: 1 device cannot be copied, since only root may make one: /srv/zero. It is not in the backup.',
      'mirror-folders-removed: "paths" no longer has /srv/old: the copy in the mirror on the server was removed. Earlier recovery points still have the files.',
      expect.stringMatching(/^mirror-folders-left: .*\/m\/srv\/it's/),
    ])
    expect(notes.findings(undefined)[2]?.fix).toContain("rm -rf --one-file-system '/m/srv/it'\\''s'")
  })

  it('keeps no more than a few names, whatever a server sends', () => {
    const notes = notesOf(...Array.from({ length: 1000 }, (_, index) => `forgotten /srv/${index}`))
    expect(notes.findings(undefined)[0]?.what).not.toContain('/srv/5')
  })
})
