import type { RunReport } from '../commands/backup/run-report'
import type { ListReport, PointFacts } from '../commands/list/list-report'
import type { RestoreReport } from '../commands/restore/restore-result'
import type { FailureFacts } from '../commands/run-facts'
import type { VerifiedPoint, VerifyReport } from '../commands/verify/verify-result'
import { scrubFindings } from '../findings/finding'
import { scrubPreflight } from '../findings/preflight'
import type { FoundProof } from '../repository/catalog/found-proof'
import type { RecordedDrill } from '../repository/catalog/last-drills'
import type { ReportedChanges } from '../repository/guards/changes'
import { defined } from '../runtime/defined'
import type { NextStep } from '../sources/restore-item'

/** Replaces every secret in a text. */
type Scrub = (text: string) => string

/** The report with every text scrubbed of secrets; so do the others. */
export function scrubReport(report: RunReport, scrub: Scrub): RunReport {
  const { changes, failure, tables, edited, suspect, drills } = report
  return {
    ...report,
    warnings: scrubFindings(report.warnings, scrub),
    phases: scrubNames(report.phases, scrub),
    artifacts: report.artifacts.map(each => ({ ...each, ...defined({ notes: each.notes?.map(scrub) }) })),
    ...defined({
      changes: changes && scrubChanges(changes, scrub),
      edited: edited && { ...edited, folders: edited.folders.map(each => ({ ...each, folder: scrub(each.folder) })) },
      suspect: suspect && {
        changes: scrubChanges(suspect.changes, scrub),
        bringBack: scrubSteps(suspect.bringBack, scrub),
      },
      drills: drills && scrubDrills(drills, scrub),
      tables: tables && { ...tables, largest: scrubNames(tables.largest, scrub) },
      failure: failure && scrubFailure(failure, scrub),
    }),
  }
}

export function scrubRestore(report: RestoreReport, scrub: Scrub): RestoreReport {
  const { failure, checks, nextSteps } = report
  return {
    ...report,
    items: report.items.map(item => scrubItem(item, scrub)),
    warnings: scrubFindings(report.warnings, scrub),
    ...defined({
      checks: checks && scrubPreflight(checks, scrub),
      nextSteps: nextSteps && scrubSteps(nextSteps, scrub),
      failure: failure && scrubFailure(failure, scrub),
    }),
  }
}

function scrubSteps(steps: readonly NextStep[], scrub: Scrub): NextStep[] {
  return steps.map(step => ({ ...step, what: scrub(step.what), commands: step.commands.map(scrub) }))
}

/** A check is the user's own text. */
function scrubDrill(drill: NonNullable<VerifiedPoint['drill']>, scrub: Scrub): NonNullable<VerifiedPoint['drill']> {
  const checks = drill.checks.map(each => ({ ...each, statement: scrub(each.statement), answer: scrub(each.answer) }))
  return { ...drill, checks }
}

function scrubDrills(drills: readonly RecordedDrill[], scrub: Scrub): RecordedDrill[] {
  return drills.map(drill => ({ ...drill, ...defined({ problem: drill.problem && scrub(drill.problem) }) }))
}

function scrubItem(item: RestoreReport['items'][number], scrub: Scrub) {
  const { holds, before, becomes, proof, leftOut } = item
  return {
    ...item,
    ...{ holds: scrub(holds), before: scrub(before), becomes: scrub(becomes) },
    ...defined({ proof: proof && scrub(proof), leftOut: leftOut?.map(scrub) }),
  }
}

function scrubProof(proof: FoundProof, scrub: Scrub): FoundProof {
  return proof.kind === 'proven' ? proof : { ...proof, problem: scrub(proof.problem) }
}

export function scrubListReport(report: ListReport, scrub: Scrub): ListReport {
  const points = report.points?.map(point => ({
    ...point,
    facts: point.facts && scrubFacts(point.facts, scrub),
    problem: point.problem && scrub(point.problem),
    proof: point.proof && scrubProof(point.proof, scrub),
  }))
  return {
    ...report,
    ...(points === undefined ? {} : { points }),
    warnings: scrubFindings(report.warnings, scrub),
  }
}

function scrubFacts(facts: PointFacts, scrub: Scrub): PointFacts {
  const { host, databases, files, runUrl } = facts
  return {
    ...facts,
    host: scrub(host),
    databases: databases.map(database => ({ ...database, name: scrub(database.name) })),
    files: files && { ...files, paths: files.paths.map(scrub) },
    runUrl: scrub(runUrl),
  }
}

export function scrubVerifyReport(report: VerifyReport, scrub: Scrub): VerifyReport {
  return {
    ...report,
    warnings: scrubFindings(report.warnings, scrub),
    points: report.points.map(point => ({
      ...point,
      findings: scrubFindings(point.findings, scrub),
      ...defined({ drill: point.drill && scrubDrill(point.drill, scrub) }),
    })),
    ...defined({ lastDrills: report.lastDrills && scrubDrills(report.lastDrills, scrub) }),
  }
}

export function scrubFailure(failure: FailureFacts, scrub: Scrub): FailureFacts {
  return {
    kind: failure.kind,
    title: scrub(failure.title),
    what: scrub(failure.what),
    faults: failure.faults.map(({ what, fix }) => ({ what: scrub(what), ...defined({ fix: fix && scrub(fix) }) })),
    safe: scrub(failure.safe),
    advice: scrub(failure.advice),
    detail: failure.detail.map(scrub),
  }
}

export function scrubChanges(changes: ReportedChanges, scrub: Scrub): ReportedChanges {
  const { tables, folders } = changes
  return {
    ...changes,
    parts: scrubNames(changes.parts, scrub),
    ...defined({
      tables: tables && { ...tables, greatest: scrubNames(tables.greatest, scrub) },
      folders: folders && { ...folders, greatest: scrubNames(folders.greatest, scrub) },
    }),
  }
}

function scrubNames<T extends { name: string }>(named: readonly T[], scrub: Scrub): T[] {
  return named.map(each => ({ ...each, name: scrub(each.name) }))
}
