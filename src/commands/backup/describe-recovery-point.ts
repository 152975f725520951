import type { BackupInputs } from '../../inputs/backup'
import type { PreparedManifest } from '../../repository/commit/intend'
import { manifestFormat } from '../../repository/manifest/manifest'
import type { Repository } from '../../repository/repository'
import { defined } from '../../runtime/defined'
import type { Runtime } from '../../runtime/runtime'
import { tool } from '../../runtime/version'
import type { BackupPlan } from './plan/plan-backup'
import type { Prepared } from './prepare'

/** The manifest of what was prepared, as the commit takes it. Its warnings are added later. */
export function describeRecoveryPoint(
  { timezone, ssh }: Pick<BackupInputs, 'timezone' | 'ssh'>,
  facts: {
    runtime: Runtime
    repository: Repository
    startedAt: Date
    slot: string
    plan: BackupPlan
    prepared: Prepared
  },
): PreparedManifest {
  const { runtime, repository, startedAt, slot, plan, prepared } = facts
  return {
    ...{ format: manifestFormat, slot, verdict: 'good', startedAt: startedAt.toISOString(), timezone },
    ...{ host: ssh.host, run: runtime.run, tool, server: plan.server },
    ...defined({ encryption: repository.encryption?.record }),
    artifacts: prepared.flat().map(({ artifact }) => artifact),
    warnings: [],
  }
}
