import type { UnfinishedPart } from '../../unfinished-part'
import { folderServerOver } from '../folder-server'
import { parseFoldersState } from './folders-state'
import type { FolderRestoreSettings } from './restore-settings'

/** Unpacked files go, and folders whose swap was cut in half get back what they were. */
export function unfinishedFolders(_settings: FolderRestoreSettings, saved: unknown): UnfinishedPart {
  const { staging, swaps } = parseFoldersState(saved)
  return {
    noun: 'folders',
    // Once they are all in their places, that run has nothing left to do but to end.
    isApplied: false,
    dropUploads: async () => {},
    undo: async ({ connection, owner, areOthersApplied, log }) => {
      const server = folderServerOver(connection)
      // Folders stay in their places only all together, and only beside the databases they belong to.
      const isAlone = swaps.length > 0 && !areOthersApplied
      const unswapped = isAlone ? await server.unswap(swaps) : []
      const undone = [...unswapped, ...(await server.removeStaging({ staging, owner, swaps }))]
      for (const place of undone) log.info(`${place} has again what stood there before.`)
      for (const folder of staging) log.info(`Removed what was unpacked into ${folder}.`)
      return { undone, failures: [] }
    },
    restored: () => [],
    incomplete: () => [],
  }
}
