import type { FilesArtifact } from '../../../repository/manifest/manifest'
import { planLine } from '../../restore-item'
import type { RestoreChoice, RestorePart, RestoringPart, SeenTarget } from '../../restore-part'
import type { ArchiveContent } from '../check/archive-content'
import { folderServerOver } from '../folder-server'
import { checkFolders } from '../target/check-folders'
import { chooseFolders } from '../target/choose-folders'
import type { FolderTargetFacts } from '../target/folder-target-facts'
import { describeFolder, diskSpaceForFolders, type FolderPart, plannedFolders } from '../target/planned-folder'
import { type FolderWork, untouchedInWords } from './folder-work'
import { givenKinds, nothingGiven } from './left-out'
import type { RereadFiles } from './reread-files'
import type { FolderRestoreSettings } from './restore-settings'
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
    look: async ({ connection, signal, isAuthentic }, [files]) => {
      if (chosen === undefined || files === undefined) return noFolders
      const folders = chosen.folders.map(({ target }) => target)
      const facts = await folderServerOver(connection).targetFacts({ folders, signal })
      return seenFolders({ settings, parts: chosen.folders, facts, files, isAuthentic })
    },
  }
}

const noFolders: SeenTarget = {
  host: undefined,
  diskBytes: () => 0,
  plan: () => ({
    ...{ items: [], lines: [], findings: [], facts: [] },
    begin: context =>
      restoring({
        ...{ context, overwrite: false, folders: [], files: undefined, tools: new Map() },
        ...{ isRoot: false, given: nothingGiven },
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
}

export function seenFolders({ settings, parts, facts, files, isAuthentic }: FoldersToSee): SeenTarget {
  const { overwrite } = settings
  const { tools, isRoot } = facts
  const given = givenKinds(settings, { isAuthentic, isRoot })
  const folders = plannedFolders(parts, facts)
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
      findings: checkFolders({ settings, parts, folders, facts, files, given }),
      facts: [],
      begin: context => restoring({ context, overwrite, folders, files, tools, isRoot, given }),
    }),
  }
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
