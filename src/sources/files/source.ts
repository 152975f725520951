import type { FilesArtifact } from '../../repository/manifest/manifest'
import type { Source } from '../source'
import type { ArchiveContent } from './check/archive-content'
import { archiveReading } from './check/archive-reading'
import { archiveWords } from './mirror/archive-words'
import { backupFolders } from './plan/backup-folders'
import type { FolderSettings } from './plan/folder-settings'

/** Folders, by rsync and tar. */
export const files: Source<FilesArtifact, ArchiveContent, FolderSettings> = {
  kind: 'files',
  reading: archiveReading,
  words: archiveWords,
  backup: backupFolders,
}
