import { plural } from '../../../runtime/text/format-count'

/** The counts of an archive, in words. */
export function filesCounts(content: { files: number; directories: number; links: number }): string[] {
  return [
    plural(content.files, 'file'),
    plural(content.directories, 'directory', 'directories'),
    plural(content.links, 'symbolic link'),
  ]
}
