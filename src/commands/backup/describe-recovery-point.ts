import { publicWarnings, scrubFindings } from '../../findings/finding'
import type { BackupInputs } from '../../inputs/backup'
import type { PreparedArtifact, PreparedManifest } from '../../repository/commit/intend'
import { manifestFormat } from '../../repository/manifest/manifest'
import { defined } from '../../runtime/defined'
import type { Runtime } from '../../runtime/runtime'
import { tool } from '../../runtime/version'
import type { ServerInventory } from '../../sources/host/parse-inventory'
import { contentOfDump } from '../../sources/mysql/dump/content-of-dump'
import type { StreamedArtifact } from '../stream-artifact'
import type { BackupPlan } from './plan/plan-backup'
import type { Prepared } from './prepare'
import type { RunReport } from './run-report'

/** The manifest of what was prepared, as the commit takes it. */
export function describeRecoveryPoint(
  inputs: BackupInputs,
  facts: {
    runtime: Runtime
    report: RunReport
    slot: string
    plan: BackupPlan
    found: ServerInventory
    prepared: Prepared
  },
): PreparedManifest {
  const { runtime, report, slot, plan, found, prepared } = facts
  const { inventory, os, rsync, tar } = found
  return {
    format: manifestFormat,
    slot,
    verdict: 'good',
    startedAt: report.startedAt.toISOString(),
    timezone: inputs.timezone,
    host: inputs.ssh.host,
    run: runtime.run,
    tool,
    server: {
      os,
      ...(inventory === undefined
        ? {}
        : {
            database: {
              ...inventory.server,
              dumpTool: inventory.dumpTool,
              options: plan.databases[0]?.arguments.options ?? [],
            },
          }),
      ...defined({ rsync, tar }),
    },
    artifacts: [...databaseArtifacts(inputs, prepared), ...filesArtifacts(inputs, prepared)],
    warnings: describeWarnings(runtime, report),
  }
}

/** The warnings so far, as the manifest keeps them. */
export function describeWarnings({ scrub }: Runtime, { warnings }: RunReport): PreparedManifest['warnings'] {
  return publicWarnings(scrubFindings(warnings, scrub))
}

function databaseArtifacts(inputs: BackupInputs, prepared: Prepared): PreparedArtifact[] {
  return prepared.databases.map(({ plan, artifact }) => {
    return {
      name: artifact.name,
      kind: 'database',
      database: plan.listed.name,
      ...storedFacts(inputs, artifact),
      content: contentOfDump(artifact.content, plan.listed),
    }
  })
}

function filesArtifacts(inputs: BackupInputs, { files }: Prepared): PreparedArtifact[] {
  if (files === undefined) return []
  const { bytes, sha256, files: count, directories, links } = files.content
  return [
    {
      name: files.name,
      kind: 'files',
      paths: inputs.files.paths,
      ...storedFacts(inputs, files),
      content: { bytes, sha256, files: count, directories, links },
    },
  ]
}

function storedFacts(inputs: BackupInputs, artifact: StreamedArtifact<unknown>) {
  return {
    key: artifact.key,
    bytes: artifact.bytes,
    sha256: artifact.sha256,
    etag: '',
    versionId: null,
    compression: inputs.compression.kind,
    startedAt: artifact.startedAt.toISOString(),
    finishedAt: artifact.finishedAt.toISOString(),
    upload: artifact.upload,
  }
}
