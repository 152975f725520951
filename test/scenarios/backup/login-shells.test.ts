import { existsSync } from 'node:fs'
import { mkdir, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { encryptionNews } from '../../runner/encryption-switch'
import { awkwardDatabaseSql } from '../../servers/database/awkward-database'
import { treeDigest } from '../../servers/docroot'
import { unpackArchive } from '../../servers/processes/stock-tools'
import { startSshd } from '../../servers/sshd'
import { freshDatabase, freshDocroot, freshFolder, testServices, testSql } from '../../servers/test-services'
import { dumpFingerprints } from '../dump-fingerprints'
import { goodBackup } from '../good-backup'
import { recordedDigest } from '../recorded-digest'
import { sshInputs } from '../ssh-inputs'
import { databaseOf, filesOf } from '../stored-manifest'

const services = testServices()
let database: string
let docroot: string

beforeAll(async () => {
  database = await freshDatabase(services)
  await testSql(services, awkwardDatabaseSql, database)
  docroot = await freshDocroot(services)
})

describe('a backup through the login shell', () => {
  /** The file that a shell reads before every command, also over SSH; dash has none. */
  it.each([
    ['bash', '.bashrc'],
    ['dash', undefined],
    ['zsh', '.zshenv'],
    ['fish', '.config/fish/config.fish'],
    ['tcsh', '.tcshrc'],
    ['busybox ash', undefined],
  ])('%s is the same as through any other, whatever the shell prints', async (shell, startFile) => {
    const home = join(await freshFolder(services), 'home')
    await mkdir(home)
    const noises = [
      'echo Welcome to the server',
      'echo @0123456789abcdef',
      'cat /etc/os-release',
      'ls /nowhere',
      `echo made > ${home}/noise`,
    ]
    if (startFile !== undefined) {
      await mkdir(dirname(join(home, startFile)), { recursive: true })
      await writeFile(join(home, startFile), `${noises.join('\n')}\n`)
    }
    const sshd = await startSshd(await freshFolder(services), {
      environment: { HOME: home },
      loginShell: shell,
    })
    try {
      const { manifest, content, main } = await goodBackup(services, {
        inputs: {
          ...sshInputs(sshd),
          databases: database,
          paths: docroot,
          rotation: 'running',
          compression: 'zstd',
          'mirror-dir': '~/.make-a-backup/mirror',
        },
      })
      const artifact = databaseOf(manifest)
      const tables = artifact.content.tables.filter(({ name }) => name !== 'numbering')
      expect(tables).toEqual(dumpFingerprints(await content(artifact), await recordedDigest(manifest)))
      expect(tables.length).toBeGreaterThan(20)
      const root = await freshFolder(services)
      await unpackArchive(await content(filesOf(manifest)), root)
      expect(await treeDigest(join(root, docroot))).toEqual(await treeDigest(docroot))
      expect(manifest.warnings.map(({ code }) => code)).toEqual([
        'non-transactional-tables',
        'float-columns',
        'outside-links',
        ...encryptionNews.map(({ code }) => code),
      ])
      expect(main.log.join('\n')).not.toContain('Welcome')
      expect(existsSync(join(home, 'noise'))).toBe(startFile !== undefined)
    } finally {
      await sshd.stop()
    }
  })
})
