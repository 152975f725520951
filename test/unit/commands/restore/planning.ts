import { planOf, type RestorePlan } from '../../../../src/commands/restore/plan-restore'
import type { Finding } from '../../../../src/findings/finding'
import type { RestoreInputs } from '../../../../src/inputs/restore'
import type { DatabaseArtifact, FilesArtifact, Manifest } from '../../../../src/repository/manifest/manifest'
import { accountsToAsk, ownersIn } from '../../../../src/sources/files/owners/target-owners'
import { folderContent, type RereadFiles } from '../../../../src/sources/files/restore/reread-files'
import { seenFolders } from '../../../../src/sources/files/restore/restore-folders'
import { chooseFolders } from '../../../../src/sources/files/target/choose-folders'
import type { FolderPart } from '../../../../src/sources/files/target/planned-folder'
import { seenDatabases } from '../../../../src/sources/mysql/restore/restore-databases'
import { chooseDatabases } from '../../../../src/sources/mysql/target/choose-databases'
import { aManifest, type FactOptions, type FoundOptions, someFacts, someInputs, soundOf } from './a-restore'

export interface PlanOptions extends FoundOptions {
  isAuthentic?: boolean
  manifest?: Manifest
  /** What the inventory of the source lists; by default those that its dump names. */
  definers?: string[]
  inputs?: Partial<RestoreInputs>
  facts?: FactOptions
}

/** The plan of a restore of the site of `a-restore.ts`. */
export function plan({ manifest: made = aManifest(), ...options }: PlanOptions = {}): RestorePlan {
  const manifest = withDefiners(made, options.definers ?? options.needs?.definers)
  const inputs = someInputs(options.inputs)
  const facts = someFacts(options.facts)
  const { databases, files } = soundOf(manifest, options)
  const { isAuthentic = false } = options
  const choice = { manifest, contents: 'everything' }
  const chosen = chooseDatabases(inputs.databases, { ...choice, artifacts: databasesOf(manifest) })
  const asked = {
    chosen,
    facts: chosen.length === 0 ? undefined : facts.databases,
    sound: databases,
    own: { state: { databases: [], uploads: [], accounts: [] }, safety: new Map(), along: new Map() },
  }
  const folders = chooseFolders(inputs.paths, { ...choice, artifacts: filesOf(manifest) })?.folders
  const seen = [
    seenDatabases(inputs, manifest, asked),
    ...(folders === undefined || files === undefined
      ? []
      : [
          seenFolders({
            ...{ settings: inputs, parts: folders, facts: facts.folders, files, isAuthentic, nextSteps: [] },
            asked: accountsOf(folders, files, inputs),
            own: { state: { staging: [], swaps: [] }, along: {} },
          }),
        ]),
  ]
  return planOf(seen, manifest.slot)
}

function accountsOf(folders: readonly FolderPart[], files: RereadFiles, { owner }: RestoreInputs) {
  const owners = ownersIn(folders.flatMap(({ path }) => folderContent(files, path) ?? []))
  return accountsToAsk(owners, owner, files.content.attributes.accounts)
}

function withDefiners(manifest: Manifest, definers: string[] | undefined): Manifest {
  if (definers === undefined) return manifest
  const artifacts = manifest.artifacts.map(artifact =>
    artifact.kind === 'database' ? { ...artifact, content: { ...artifact.content, definers } } : artifact,
  )
  return { ...manifest, artifacts }
}

export function databasesOf({ artifacts }: Manifest): DatabaseArtifact[] {
  return artifacts.filter(artifact => artifact.kind === 'database')
}

export function filesOf({ artifacts }: Manifest): FilesArtifact[] {
  return artifacts.filter(artifact => artifact.kind === 'files')
}

/** What speaks against it. */
export function findingsOf(options: PlanOptions = {}): readonly Finding[] {
  return plan(options).checks.findings
}

/** A line for each finding: its level and what it says. */
export function findings(options: PlanOptions = {}): string[] {
  return findingsOf(options).map(({ level, what }) => `${level}: ${what}`)
}

/** What to do about each finding. */
export function fixes(options: PlanOptions = {}): string[] {
  return findingsOf(options).map(({ fix = '' }) => fix)
}
