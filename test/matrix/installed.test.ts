import { readFileSync } from 'node:fs'
import { rm } from 'node:fs/promises'
import { join } from 'node:path'
import { allowedOptions, harmlessClientOption, harmlessDumpOption, optionForms } from '../hostile/served/option-forms'
import { backupRun } from '../runner/backup-run'
import { goodBackup } from '../scenarios/good-backup'
import { expectRestored } from '../scenarios/restore/restore-run'
import { makeDocroot, treeDigest } from '../servers/docroot'
import { command } from '../servers/processes/command'
import { freshFolder } from '../servers/test-services'
import { awkwardSql } from './awkward'
import { expectProven, onServers } from './servers'

const program = readFileSync(join(__dirname, '../../dist/server.sh'), 'utf8')

onServers('a key that can only take backups', server => {
  it('is refused every way to write each option that these tools list, but for those of an ordinary backup', async () => {
    const help = (maria: string, other: string) =>
      server.shell(`"$(command -v ${maria} || command -v ${other})" --no-defaults --help`)
    const dump = allowedOptions('is_dump_option', optionForms(await help('mariadb-dump', 'mysqldump'), '/tmp/x'))
    expect(dump.filter(option => !harmlessDumpOption.test(option))).toEqual([])
    expect(dump).toContain('--single-transaction')
    const client = allowedOptions('is_client_option', optionForms(await help('mariadb', 'mysql'), '/tmp/x'))
    expect(client.filter(option => !harmlessClientOption.test(option))).toEqual([])
  })

  it('is installed by one command, takes backups as good as any, and is refused all else', async () => {
    const database = await server.database(awkwardSql(server))
    const folder = await freshFolder(server.services)
    const docroot = join(folder, 'html')
    await makeDocroot(docroot)
    const before = { database: await server.contents(database), files: await treeDigest(docroot) }

    await command('ssh-keygen', ['-q', '-t', 'ed25519', '-N', '', '-f', join(folder, 'key')])
    const publicKey = readFileSync(`${join(folder, 'key')}.pub`, 'utf8').trim()
    const options = `--name web1 --key '${publicKey}' --path '${docroot}' --database ${database}`
    const said = await server.shell(`cat >~/server.sh; sh ~/server.sh install ${options}`, program)
    expect(said).toContain(`good: database ${database}, `)

    const ssh = { ...server.services.ssh, privateKey: readFileSync(join(folder, 'key'), 'utf8') }
    const services = { ...server.services, ssh }
    const inputs = { 'mysql-user': '', 'mysql-password': '', 'mysql-socket': '', 'mirror-dir': '', databases: database }
    const { run, main } = await goodBackup(services, { inputs: { ...inputs, paths: docroot } })
    expect(main.log.join('\n')).toContain('is installed on the server and limits what this key may do')
    const greedy = await backupRun(services, { inputs: { ...inputs, databases: '*' } })
    expect(greedy.main?.annotations.error[0]?.message).toContain('database "*" is not allowed')

    expectProven(await server.drill(run.bucket))
    await server.sql(`DROP DATABASE ${database}`)
    await rm(docroot, { recursive: true })
    expectRestored(await server.restore(run.bucket))
    expect({ database: await server.contents(database), files: await treeDigest(docroot) }).toEqual(before)
    await server.shell('sh ~/server.sh uninstall --all')
    expect(await server.shell('cat ~/.ssh/authorized_keys; ls /etc /usr/local/lib')).not.toMatch(/make-a-backup/)
  })
})
