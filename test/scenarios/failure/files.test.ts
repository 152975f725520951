import { execFileSync } from 'node:child_process'
import { chmod, mkdir, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { freshFolder } from '../../servers/test-services'
import { serverProcess } from '../server-processes'
import { expectFailure, makeHeavyFolder, openScene, type Scene } from './failure-scene'

const isRoot = process.getuid?.() === 0
/** Root may read everything, until it is started without these rights. */
const withoutRights = 'setpriv --bounding-set -dac_override,-dac_read_search -- /bin/sh'

let scene: Scene
beforeAll(async () => {
  scene = await openScene(isRoot ? { loginShell: withoutRights } : {})
})
afterAll(() => scene?.close())
afterEach(() => scene?.tools.restore())

const unchanged = /Still safe: Nothing was changed in the bucket/

describe('a backup whose files go wrong', () => {
  it('fails when rsync is killed', async () => {
    const killed = serverProcess(scene.home, 'rsync', { readBytes: 100_000 }).then(({ pid }) =>
      process.kill(pid, 'SIGKILL'),
    )
    const folder = await freshFolder(scene.services)
    await writeFile(join(folder, 'large.bin'), Buffer.alloc(3_000_000, 'x'))
    const inputs = { databases: '', paths: folder, 'rsync-bwlimit': '200' }
    await expectFailure(scene, { inputs }, [/rsync/, /copy of the files/, unchanged])
    await killed
  })

  it('fails when tar is killed halfway', async () => {
    const inputs = { databases: '', paths: await makeHeavyFolder(scene) }
    const killed = serverProcess(scene.home, 'tar', { writtenBytes: 2_000_000 }).then(({ pid }) =>
      process.kill(pid, 'SIGKILL'),
    )
    await expectFailure(scene, { inputs }, [/tar was killed on the server/, /signal 9/, unchanged])
    await killed
  })

  it('names rsync when it is not installed', async () => {
    scene.tools.remove('rsync')
    await expectFailure(scene, {}, [/rsync was not found on the server/, /apt install rsync/, unchanged])
  })

  it('names a file that the SSH user may not read', async () => {
    const file = join(scene.docroot, 'uploads/secret-config.php')
    await writeFile(file, 'x')
    await chmod(file, 0o000)
    try {
      const cause = /^The SSH user may not read 1 file of "paths": "[^"]*\/secret-config\.php"\./
      await expectFailure(scene, {}, [cause, /sudo setfacl -m u:\S+:rX -- \S*\/secret-config\.php/, unchanged])
      // The dry run says the same before.
      const { conclusion, main } = await scene.run({ inputs: { 'dry-run': 'true' } })
      expect(conclusion).toBe('failure')
      expect(main?.annotations.error.map(({ message }) => message)).toEqual([expect.stringMatching(cause)])
    } finally {
      await rm(file)
    }
  })

  it('names a folder that is not there', async () => {
    await expectFailure(scene, { inputs: { paths: `${scene.docroot}\n/srv/no-such-site` } }, [
      /"\/srv\/no-such-site" of "paths" does not exist/,
      unchanged,
    ])
  })

  it('refuses an empty folder, whose disk may not be mounted', async () => {
    const empty = await freshFolder(scene.services)
    await expectFailure(scene, { inputs: { paths: empty } }, [/is empty on the server/, /allow-empty: true/, unchanged])
  })

  // A disk that is full can only be made by who may mount one.
  if (isRoot) {
    it('says that the disk of the mirror is full', async () => {
      const disk = await freshFolder(scene.services)
      execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=256k', 'tmpfs', disk])
      try {
        await mkdir(join(disk, 'mirror'))
        await expectFailure(scene, { inputs: { 'mirror-dir': join(disk, 'mirror') } }, [
          /No space left on device/,
          /"mirror-dir"/,
          unchanged,
        ])
      } finally {
        execFileSync('umount', [disk])
      }
    })
  }
})
