import type { ListReport, PointFacts } from '../../commands/list/list-report'
import { scrubFindings } from '../../findings/finding'

/** The same report with every text that comes from the bucket scrubbed of secrets. */
export function scrubListReport(report: ListReport, scrub: (text: string) => string): ListReport {
  const points = report.points?.map(point => ({
    ...point,
    facts: point.facts && scrubFacts(point.facts, scrub),
    problem: point.problem && scrub(point.problem),
  }))
  return {
    ...report,
    ...(points === undefined ? {} : { points }),
    warnings: scrubFindings(report.warnings, scrub),
  }
}

function scrubFacts(facts: PointFacts, scrub: (text: string) => string): PointFacts {
  const { host, databases, files, runUrl } = facts
  return {
    ...facts,
    host: scrub(host),
    databases: databases.map(database => ({ ...database, name: scrub(database.name) })),
    files: files && { ...files, paths: files.paths.map(scrub) },
    runUrl: scrub(runUrl),
  }
}
