import { type Examples, noExamples, note } from '../../../findings/examples'
import type { FolderContent, UnpackedEntry } from './archive-content'
import { pathBytes, show } from './expected-paths'

/** Counts the entries of an archive by the folder they are in; one folder may be inside another. */
export class FolderTally {
  private readonly folders: { path: string; inside: string; content: FolderContent }[]
  private readonly crossLinks = noExamples()

  constructor(paths: readonly string[]) {
    this.folders = paths.map(path => {
      const bytes = pathBytes(path)
      const content = { path, files: 0, directories: 0, links: 0, fileBytes: 0 }
      return { path: bytes, inside: bytes === '' ? '' : `${bytes}/`, content }
    })
  }

  add({ path, type, target, sizeBytes }: UnpackedEntry): void {
    let isCrossLink = false
    for (const { path: own, inside, content } of this.folders) {
      if (path !== own && !path.startsWith(inside)) continue
      if (type === '5') content.directories++
      else if (type === '2') content.links++
      else if ('017S'.includes(type)) content.files++
      content.fileBytes += sizeBytes
      if (type === '1' && !target.startsWith(inside)) isCrossLink = true
    }
    if (isCrossLink) note(this.crossLinks, () => `${show(`/${path}`)} to ${show(`/${target}`)}`)
  }

  finish(): { perPath: FolderContent[]; crossLinks: Examples } {
    return { perPath: this.folders.map(({ content }) => content), crossLinks: this.crossLinks }
  }
}
