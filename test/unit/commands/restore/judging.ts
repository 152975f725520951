import { checkTarget, type TargetVerdict } from '../../../../src/commands/restore/check-target'
import { chooseParts } from '../../../../src/commands/restore/choose-parts'
import type { RestoreInputs } from '../../../../src/inputs/restore'
import type { Manifest } from '../../../../src/repository/manifest/manifest'
import { aManifest, type FactOptions, rereadOf, someFacts, someInputs } from './a-restore'

export interface JudgingOptions {
  manifest?: Manifest
  inputs?: Partial<RestoreInputs>
  facts?: FactOptions
  needs?: NonNullable<Parameters<typeof rereadOf>[1]>['needs']
  files?: NonNullable<Parameters<typeof rereadOf>[1]>['files']
}

/** The verdict on a restore of the site of `a-restore.ts`. */
export function judge(options: JudgingOptions = {}): TargetVerdict {
  const { manifest = aManifest() } = options
  const inputs = someInputs(options.inputs)
  const found = {
    ...(options.needs === undefined ? {} : { needs: options.needs }),
    ...(options.files === undefined ? {} : { files: options.files }),
  }
  return checkTarget(inputs, chooseParts(inputs, manifest), someFacts(options.facts), {
    manifest,
    reread: rereadOf(manifest, found),
  })
}

/** A line for each finding: its level and what it says. */
export function findings(options: JudgingOptions = {}): string[] {
  return judge(options).findings.map(({ level, what }) => `${level}: ${what}`)
}

/** What to do about each finding. */
export function fixes(options: JudgingOptions = {}): string[] {
  return judge(options).findings.map(({ fix = '' }) => fix)
}
