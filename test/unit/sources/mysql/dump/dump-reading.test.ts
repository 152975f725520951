import type { DumpNeeds } from '../../../../../src/sources/mysql/check/needs/dump-needs'
import { dumpReading } from '../../../../../src/sources/mysql/dump/dump-reading'
import { aDump, aManifest, contentOf, soundOf } from '../../../commands/restore/a-restore'

function refusals(found: Partial<DumpNeeds>, allowed: readonly string[] = []) {
  const { databases } = soundOf(aManifest([aDump()]), { needs: found })
  const [{ artifact, needs } = { artifact: aDump(), needs: undefined }] = databases
  const content = { ...contentOf(artifact), ...(needs === undefined ? {} : { needs }) }
  return dumpReading.refusals(artifact, content, new Set(allowed)).map(({ code, what }) => `${code}: ${what}`)
}

describe('what a restore would refuse of a dump', () => {
  it('is nothing of an ordinary one', () => {
    expect(refusals({ definers: ['root@localhost'] })).toEqual([])
  })

  it('is statements that no dump tool writes, unless they are allowed', () => {
    expect(refusals({ unusual: ['CREATE USER', 'GRANT ALL'] })).toEqual([
      'refused: A restore would refuse "running-backups/Monday-13-00.shop.database.sql.gz": it has statements that no dump tool writes for one database: CREATE USER, GRANT ALL.',
    ])
    expect(refusals({ unusual: ['CREATE USER'] }, ['statements'])).toEqual([])
  })

  it('is objects in a name that the inventory does not list, whatever is allowed', () => {
    expect(refusals({ definers: ['root@localhost', 'evil@%'] }, ['statements'])).toEqual([
      'refused: A restore would refuse "running-backups/Monday-13-00.shop.database.sql.gz": it has objects in the name of "evil@%", whom the server did not list when it was backed up.',
    ])
  })
})
