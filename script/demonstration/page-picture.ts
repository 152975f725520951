import { existsSync } from 'node:fs'
import { writeFile } from 'node:fs/promises'
import { delimiter, join } from 'node:path'
import { startBrowser } from '../pictures/browser'

/** A picture of the page, as a file beside it; undefined where there is no Chromium, which the demo does not install. */
export async function pictureOf(page: string, folder: string): Promise<string | undefined> {
  const folders = (process.env['PATH'] ?? '').split(delimiter)
  if (!folders.some(each => existsSync(join(each, 'chromium')))) return undefined
  try {
    const browser = await startBrowser(folder)
    try {
      const picture = page.replace(/\.html$/, '.png')
      await writeFile(picture, await browser.picture(page, { scheme: 'light', width: 1000 }, 'true'))
      return picture
    } finally {
      await browser.close()
    }
  } catch {
    // The page itself is there: its picture is a convenience.
    return undefined
  }
}
