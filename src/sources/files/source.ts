import type { FilesArtifact } from '../../repository/manifest/manifest'
import type { Source } from '../source'
import type { ArchiveContent } from './check/archive-content'
import { archiveReading } from './check/archive-reading'
import { drillFolders } from './drill/drill-folders'
import { archiveWords } from './mirror/archive-words'
import { backupFolders } from './plan/backup-folders'
import type { FolderSettings } from './plan/folder-settings'
import { restoreFolders } from './restore/restore-folders'
import type { FolderRestoreSettings } from './restore/restore-settings'
import { unfinishedFolders } from './restore/unfinished-folders'

/** Folders, by rsync and tar. */
export const files: Source<FilesArtifact, ArchiveContent, FolderSettings, FolderRestoreSettings, unknown> = {
  kind: 'files',
  reading: archiveReading,
  words: archiveWords,
  backup: backupFolders,
  restore: restoreFolders,
  unfinished: unfinishedFolders,
  drill: drillFolders,
  removeLeftovers: async () => [],
}
