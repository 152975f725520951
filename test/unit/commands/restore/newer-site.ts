import { readdir } from 'node:fs/promises'
import { dirname } from 'node:path'
import { openSite } from '../stage/a-site'
import { aStage, filesIn, type Stage, writeFiles } from '../stage/stage'

const newer = { 'index.php': 'newer' }

/** A site with a recovery point, whose document root has changed since. */
export async function aNewerSite(): Promise<Stage> {
  const stage = await aStage()
  await openSite(stage)
  await stage.backup()
  await writeFiles(stage.site, newer)
  return stage
}

/** The document root is as a restore found it, and nothing lies beside it. */
export async function expectFoldersAsBefore(stage: Stage): Promise<void> {
  expect(await filesIn(stage.site)).toMatchObject(newer)
  expect(await readdir(dirname(stage.site))).toEqual(['html'])
}

/** The site is as a restore found it, and the post step has nothing to do. */
export async function expectAsBefore(
  stage: Stage,
  { shop, blog }: Readonly<Record<'shop' | 'blog', readonly string[]>>,
): Promise<void> {
  expect(await stage.databases.objects('shop')).toEqual(shop)
  expect(await stage.databases.objects('blog')).toEqual(blog)
  await expectFoldersAsBefore(stage)
  expect(stage.states()['restore']).toContain('"stage":"clean"')
}
