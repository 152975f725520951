import type { ListReport, PointFacts, ReportedPoint } from '../../../src/commands/list/list-report'

export const now = new Date('2026-11-25T17:00:00.000Z')

/** A good recovery point of the ring; a test overrides what it is about. */
export function aPoint(
  name: string,
  takenAt: string,
  { facts, ...changes }: Partial<Omit<ReportedPoint, 'facts'>> & { facts?: Partial<PointFacts> } = {},
): ReportedPoint {
  return {
    ...{ name, place: 'ring', verdict: 'good', isStale: false, proof: undefined, problem: undefined },
    ...{ signer: undefined, isSigned: false },
    facts: {
      takenAt: new Date(takenAt),
      host: 'web1.example.com',
      databases: [{ name: 'shop', bytes: 12_300_000, tables: 16 }],
      files: { paths: ['/var/www/html'], bytes: 240_000_000, files: 2521 },
      isEncrypted: false,
      runUrl: '',
      ...facts,
    },
    ...changes,
  }
}

/** One whose manifest cannot be read. */
export function anUnreadable(name: string): ReportedPoint {
  const problem = `The manifest "web1/${name}.manifest.json" is not JSON.`
  return {
    ...{ name, place: 'ring', verdict: 'unreadable', isStale: false, facts: undefined, proof: undefined },
    ...{ problem, signer: undefined, isSigned: false },
  }
}

/** So many hours up to 16:17, the newest first. */
export function someHours(count: number): ReportedPoint[] {
  return Array.from({ length: count }, (_, index) => {
    const takenAt = new Date(Date.UTC(2026, 10, 25, 16 - index, 17))
    return aPoint(`hour-${index}`, takenAt.toISOString())
  })
}

export function aReport(points: readonly ReportedPoint[] | undefined, changes: Partial<ListReport> = {}): ListReport {
  return {
    store: { bucket: 'acme', prefix: 'web1' },
    ...{ now, areSignaturesRequired: false },
    warnings: [],
    ...(points === undefined ? {} : { points }),
    ...changes,
  }
}
