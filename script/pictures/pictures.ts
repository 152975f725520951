import { mkdir, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { startBrowser } from './browser'
import { ownPackage } from './own-package'
import { type Scene, takeScenes } from './scenes'
import { summaryPage, summaryReady } from './summary-page'

const root = join(__dirname, '../..')
const work = join(root, '.work/pictures')
const out = join(work, 'out')
const shown = join(root, 'docs/images')

/** Those that the README and docs show: in light and dark, wide. */
const inDocs = ['backup', 'suspect', 'drill', 'list', 'page']

async function main(): Promise<void> {
  await rm(out, { recursive: true, force: true })
  await mkdir(out, { recursive: true })
  await mkdir(shown, { recursive: true })
  const only = process.argv.slice(2)
  const scenes = await takeScenes(work, only)
  const browser = await startBrowser(work)
  try {
    for (const scene of scenes) await takePictures(scene, browser)
  } finally {
    await browser.close()
  }
}

async function takePictures(scene: Scene, browser: Awaited<ReturnType<typeof startBrowser>>): Promise<void> {
  const { name } = scene
  if (scene.markdown !== undefined) await writeFile(join(out, `${name}.md`), scene.markdown)
  for (const isWhole of scene.markdown?.includes('<details>') ? [false, true] : [false]) {
    const html = scene.html ?? (await summaryPage(scene.markdown ?? '', { isWhole }))
    const file = join(out, `${name}${isWhole ? '-unfolded' : ''}.html`)
    await writeFile(file, html)
    const ready = scene.html === undefined ? summaryReady : 'true'
    for (const scheme of ['light', 'dark'] as const) {
      for (const width of isWhole ? [1000] : [1000, 420]) {
        const picture = await small(await browser.picture(file, { scheme, width }, ready))
        const size = width === 1000 ? 'wide' : 'narrow'
        await writeFile(file.replace(/\.html$/, `-${scheme}-${size}.png`), picture)
        if (!isWhole && size === 'wide' && inDocs.includes(name))
          await writeFile(join(shown, `${name}-${scheme}.png`), picture)
      }
    }
  }
  console.log(`${name}: ${join(out, `${name}-*.png`)}`)
}

/** Text and flat colours: a palette does, at a third of the size. */
async function small(png: Buffer): Promise<Buffer> {
  const { default: sharp } = await import(ownPackage('sharp'))
  return sharp(png).png({ palette: true, colours: 64, effort: 10, compressionLevel: 9 }).toBuffer()
}

main().then(
  () => process.exit(0),
  (error: unknown) => {
    console.error(error)
    process.exit(1)
  },
)
