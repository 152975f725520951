import type { FilesArtifact } from '../../../repository/manifest/manifest'
import { type NextStep, planLine } from '../../restore-item'
import type { RestoreChoice, RestorePart, RestoringPart, SeenTarget } from '../../restore-part'
import { planAttributes } from '../attributes/plan-attributes'
import type { ArchiveContent } from '../check/archive-content'
import { folderServerOver } from '../folder-server'
import type { Owner } from '../owners/owner'
import { accountsToAsk, ownersIn, planOwners } from '../owners/target-owners'
import { checkFolders } from '../target/check-folders'
import { chooseFolders } from '../target/choose-folders'
import type { FolderTargetFacts } from '../target/folder-target-facts'
import { describeFolder, diskSpaceForFolders, type FolderPart, isPart, plannedFolders } from '../target/planned-folder'
import { type FolderWork, untouchedInWords } from './folder-work'
import { givenKinds, nothingGiven } from './left-out'
import { checkStored, folderContent, type RereadFiles } from './reread-files'
import type { FolderRestoreSettings } from './restore-settings'
import { surroundingSteps } from './surroundings'
import { swapFolders } from './swap-folders'
import { unpackFolders } from './unpack-folders'

/** Folders are unpacked next to their places, counted, and swapped in by renames. */
export function restoreFolders(
  settings: FolderRestoreSettings,
  choice: RestoreChoice<FilesArtifact>,
): RestorePart<FilesArtifact, ArchiveContent> {
  const chosen = chooseFolders(settings.paths, choice)
  return {
    artifacts: chosen === undefined ? [] : [chosen.artifact],
    check: artifact =>
      checkStored(
        artifact,
        chosen?.folders.filter(isPart).map(({ path }) => path),
      ),
    look: async ({ connection, signal, isAuthentic }, [files]) => {
      if (chosen === undefined || files === undefined) return noFolders
      const folders = chosen.folders.map(({ target }) => target)
      const accounts = accountsToAsk(ownersOf(chosen.folders, files), settings.owner, files.content.attributes.accounts)
      const facts = await folderServerOver(connection).targetFacts({ folders, accounts, signal })
      return seenFolders({
        ...{ settings, parts: chosen.folders, facts, files, isAuthentic },
        nextSteps: surroundingSteps(choice.manifest, chosen.artifact.paths),
      })
    },
  }
}

const noFolders: SeenTarget = {
  host: undefined,
  diskBytes: () => 0,
  plan: () => ({
    ...{ items: [], lines: [], findings: [], facts: [], nextSteps: [] },
    begin: context =>
      restoring({
        ...{ context, overwrite: false, folders: [], files: undefined, tools: new Map() },
        ...{ numbers: undefined, attributes: undefined, user: '', given: nothingGiven },
      }),
  }),
}

interface FoldersToSee {
  settings: FolderRestoreSettings
  parts: readonly FolderPart[]
  /** Of the places of `parts`. */
  facts: FolderTargetFacts
  files: RereadFiles
  isAuthentic: boolean
  nextSteps: readonly NextStep[]
}

export function seenFolders({ settings, parts, facts, files, isAuthentic, nextSteps }: FoldersToSee): SeenTarget {
  const { overwrite, ssh } = settings
  const { tools, isRoot } = facts
  const ownersHere = ownersOf(parts, files)
  const { attributes: listed } = files.content
  const asked = accountsToAsk(ownersHere, settings.owner, listed.accounts)
  const owners = planOwners({
    ...{ owners: ownersHere, choice: settings.owner, asked, found: facts.accounts, isRoot, user: ssh.user },
  })
  const given = givenKinds(settings, { isAuthentic, isRoot })
  const folders = plannedFolders(parts, facts)
  const attributes = planAttributes({
    ...{ content: listed, parts: folders, withRights: given.has('attributes') },
    ...{ host: facts, asked, found: facts.accounts },
  })
  const items = folders.map(folder => describeFolder(folder, files, overwrite))
  return {
    host: facts,
    diskBytes: mount => {
      const onMount = folders.filter(folder => folder.mount !== '' && folder.mount === mount)
      return diskSpaceForFolders(onMount, files)
    },
    // Folders are unpacked first: other sources use no space yet.
    plan: () => ({
      items,
      lines: items.map(item => planLine(item, name => name)),
      findings: [
        ...checkFolders({ settings, parts, folders, facts, files, given }),
        ...owners.findings,
        ...attributes.findings,
      ],
      facts: [...owners.facts, ...attributes.facts],
      nextSteps,
      begin: context =>
        restoring({
          ...{ context, overwrite, folders, files, tools, given, user: ssh.user },
          ...{ numbers: owners.numbers, attributes: attributes.gives },
        }),
    }),
  }
}

/** Whose the entries of these folders are. */
function ownersOf(parts: readonly FolderPart[], files: RereadFiles): Map<Owner, number> {
  return ownersIn(parts.flatMap(({ path }) => folderContent(files, path) ?? []))
}

function restoring(request: Omit<FolderWork, 'state'>): RestoringPart {
  const state: FolderWork['state'] = { staging: [], swaps: [] }
  const work = { ...request, state }
  return {
    prepare: {
      name: 'Unpack the files next to their places',
      run: async () => {
        const unpacked = await unpackFolders(work)
        return { name: 'Put the folders into their places', run: () => swapFolders(unpacked, work) }
      },
    },
    state,
    get isSettled() {
      return state.swaps.length === 0
    },
    untouched: () => untouchedInWords(state, request.folders.length),
    progress: () => undefined,
  }
}
