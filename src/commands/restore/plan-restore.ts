import { errorsFirst } from '../../findings/finding'
import { type PreflightReport, preflightLines } from '../../findings/preflight'
import type { TargetHost } from '../../sources/host/target-answer'
import type { NextStep, RestoreItem } from '../../sources/restore-item'
import type { PlannedPart, SeenTarget } from '../../sources/restore-part'

/** What a restore will do, and everything that prevents it. */
export interface RestorePlan {
  parts: readonly PlannedPart[]
  items: readonly RestoreItem[]
  checks: PreflightReport
  nextSteps: readonly NextStep[]
}

/** Compares what is to be restored with the server; reports all problems at once. `name`: of the recovery point. */
export function planOf(seen: readonly SeenTarget[], name: string): RestorePlan {
  const parts = seen.map(each => each.plan(mount => othersTake(each, seen, mount)))
  return {
    parts,
    items: parts.flatMap(({ items }) => items),
    nextSteps: parts.flatMap(({ nextSteps }) => nextSteps),
    checks: {
      findings: errorsFirst(parts.flatMap(({ findings }) => findings)),
      facts: [
        `The recovery point ${name} was read whole and is what its manifest says.`,
        ...parts.flatMap(({ facts }) => facts),
        ...hostFacts(seen.find(({ host }) => host !== undefined)?.host),
      ],
    },
  }
}

/** The plan as lines for the log. */
export function planLines({ parts, checks }: Pick<RestorePlan, 'parts' | 'checks'>): string[] {
  return [...parts.flatMap(({ lines }) => lines), ...preflightLines(checks).slice(0, -1)]
}

function othersTake(one: SeenTarget, all: readonly SeenTarget[], mount: string): number {
  return all.reduce((sum, each) => (each === one ? sum : sum + each.diskBytes(mount)), 0)
}

function hostFacts(host: TargetHost | undefined): string[] {
  if (host === undefined) return []
  const { tools, isRoot } = host
  return [...(tools.has('tar') ? [`tar: ${tools.get('tar')}.`] : []), `The SSH user is ${isRoot ? '' : 'not '}root.`]
}
