import type { UnfinishedPart } from '../../unfinished-part'
import { folderServerOver } from '../folder-server'
import { parseFoldersState } from './folder-work'
import type { FolderRestoreSettings } from './restore-settings'

/** Removes unpacked files, and rolls back half a swap. */
export function unfinishedFolders(_settings: FolderRestoreSettings, saved: unknown): UnfinishedPart {
  const { staging, swaps } = parseFoldersState(saved)
  return {
    noun: 'folders',
    // Once all are in their places, that run has nothing left to do.
    isApplied: false,
    dropUploads: async () => {},
    undo: async ({ connection, owner, areOthersApplied, log }) => {
      const server = folderServerOver(connection)
      // Folders stay in their places only all together, and only with the databases they belong to.
      const isAlone = swaps.length > 0 && !areOthersApplied
      const unswapped = isAlone ? await server.unswap(swaps) : []
      const undone = [...unswapped, ...(await server.removeStaging({ staging, owner, swaps }))]
      for (const place of undone) log.info(`${place} is as it was before.`)
      for (const folder of staging) log.info(`Removed what was unpacked into ${folder}.`)
      return { undone, failures: [] }
    },
    restored: () => [],
    incomplete: () => [],
  }
}
