import { sizeHistory } from '../../../../src/repository/catalog/size-history'

const noon = new Date('2026-11-23T12:06:00Z')
const one = new Date('2026-11-23T13:06:00Z')

function listed(key: string, sizeBytes: number, lastModified = noon) {
  return { key: `p/${key}`, sizeBytes, etag: 'e', lastModified }
}

describe('sizeHistory', () => {
  it('adds up what each recovery point stored, oldest first, and dates it by its manifest', () => {
    const points = sizeHistory('p', [
      listed('Monday-13-00.codebase.tar.gz', 100, noon),
      listed('Monday-13-00.manifest.json', 9, one),
      listed('Monday-12-00.blog.database.sql.gz', 3),
      listed('Monday-12-00.manifest.json', 9),
      listed('Monday-12-00.proof.json', 9, one),
      listed('Monday-12-00.shop.database.sql.zst', 4),
    ])
    expect(points).toEqual([
      { slot: 'Monday-12-00', takenAt: noon, bytes: new Map([['database', 7]]) },
      { slot: 'Monday-13-00', takenAt: one, bytes: new Map([['files', 100]]) },
    ])
  })

  it('leaves out slots without a manifest, and what is not ours', () => {
    const points = sizeHistory('p', [
      listed('Monday-12-00.codebase.tar.gz', 100),
      listed('README.md', 5),
      listed('daily/2026-11-23.manifest.json', 5),
    ])
    expect(points).toEqual([])
  })
})
