import { spawn } from 'node:child_process'
import { mkdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { node24 } from '../../runner/step-process'
import { freePort } from '../free-port'
import { command } from '../processes/command'
import type { Services } from '../services'
import { hold } from './internet'

/** What a test needs of a Debian server, as it goes through a JSON file. */
export interface DebianServerFacts {
  /** The name of the release. */
  suite: string
  flavor: 'mariadb' | 'mysql'
  /** Of the database server, like `11.8.9`. */
  version: string
  /** What to put before a command so that it runs on the server. Its working folder is `/` there. */
  within: string[]
  ssh: Services['ssh']
  mysql: Services['mysql']
}

export interface DebianServer {
  facts: DebianServerFacts
  /** Ends it, with all that runs on it and all that it has mounted. Does nothing the second time. */
  stop(): Promise<void>
}

interface Places {
  /** The Debian, as `script/matrix` makes it. Nothing is written there. */
  root: string
  suite: string
  /** Where it is mounted; is made, and left to the caller. */
  folder: string
}

/**
 * Starts a Debian of another release as a server, for root: its own sshd on a port of 127.0.0.1 and its own database server
 * with the settings of the distribution, apart from the port. Everything that it writes is gone with it. The folder
 * of the tests (`shared.folder`) and this checkout are under the same paths there. An administrator of the database is
 * made, the one of `shared`. Ends with this process, however that ends.
 */
export async function startDebianServer(
  { root, suite, folder }: Places,
  shared: Pick<Services, 'folder' | 'mysql'>,
): Promise<DebianServer> {
  await mkdir(folder, { recursive: true, mode: 0o755 })
  const [sshPort, databasePort] = [await freePort(), await freePort()]
  const checkout = join(__dirname, '../../..')
  const holder = await hold(
    [],
    ['--mount', '--pid', '--fork', '--kill-child', '--mount-proc'],
    setUp,
    ...[root, folder, shared.folder, checkout, node24()],
  )
  try {
    const place = join(folder, 'root')
    const path = 'PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin'
    const within = [...holder.within, 'chroot', place]
    const [program = '', ...rest] = [...within, 'env', '-i', path, 'HOME=/root']
    const run = (script: string, input = '') => command(program, [...rest, 'bash', '--norc', '-euc', script], input)
    const start = (script: string) => void spawn(program, [...rest, 'sh', '-euc', script], { stdio: 'ignore' })

    const key = join(folder, 'key')
    await command('ssh-keygen', ['-q', '-t', 'ed25519', '-N', '', '-C', 'test', '-f', key])
    await run('install -d -m 700 ~/.ssh; cat >~/.ssh/authorized_keys', await readFile(`${key}.pub`, 'utf8'))
    start(`exec /usr/sbin/sshd -D -o Port=${sshPort} -o ListenAddress=127.0.0.1 -o PidFile=none -E /var/log/sshd.log`)
    start(
      `exec $(command -v mariadbd || command -v mysqld) --user=mysql --port=${databasePort} ${databaseOptions} >/var/log/database.log 2>&1`,
    )
    const version = (await run(ready(sshPort))).trim()
    const flavor = version.includes('MariaDB') ? 'mariadb' : 'mysql'
    const { user, password } = shared.mysql
    const account = `'${user}'@'localhost'`
    const secret = password.replaceAll('\\', '\\\\').replaceAll("'", "\\'")
    await run(
      'exec mysql --default-character-set=utf8mb4',
      `CREATE USER ${account} IDENTIFIED BY '${secret}'; GRANT ALL ON *.* TO ${account} WITH GRANT OPTION;`,
    )
    const [type, blob] = (await run('cat /etc/ssh/ssh_host_ed25519_key.pub')).split(' ')
    const ssh = {
      ...{ host: '127.0.0.1', port: sshPort, user: 'root', home: '/root' },
      knownHosts: `[127.0.0.1]:${sshPort} ${type} ${blob}\n`,
      privateKey: await readFile(key, 'utf8'),
    }
    const mysql = { ...{ socket, port: databasePort, user, password }, clientConfig: '/nonexistent' }
    return {
      facts: { suite, flavor, version: version.split('-')[0] ?? '', within, ssh, mysql },
      stop: () => holder.stop(),
    }
  } catch (error) {
    await holder.stop()
    throw error
  }
}

const socket = '/run/mysqld/mysqld.sock'
const databaseOptions = `--socket=${socket} --loose-mysqlx=OFF`

/** Its own layer over the Debian, in memory: the servers wait for their disk as they do by default. Mounts end with the name space. */
const setUp = `
root=$1 folder=$2 shared=$3 checkout=$4 node=$5
mkdir "$folder/layer" "$folder/root"
mount -t tmpfs tmpfs "$folder/layer"
mkdir "$folder/layer/upper" "$folder/layer/work"
mount -t overlay overlay -o "lowerdir=$root,upperdir=$folder/layer/upper,workdir=$folder/layer/work" "$folder/root"
cd "$folder/root"
mount -t proc proc proc
mount --rbind /dev dev
mkdir -p ".$shared" ".$checkout" run/sshd run/mysqld
mount --bind "$shared" ".$shared"
mount --bind "$checkout" ".$checkout"
mount -o remount,bind,ro ".$checkout"
chroot . chown mysql: /run/mysqld
# A distribution's Node needs libraries that an older one lacks; npm's does not.
if [ ! -e ".$node" ]; then install -D "$checkout"/node_modules/node-linux-*/bin/node ".$node"; fi
`

const ready = (sshPort: number) => `
for i in $(seq 600); do
  if mysql -e 'SELECT 1' >/dev/null 2>&1 && (exec 3<>/dev/tcp/127.0.0.1/${sshPort}) 2>/dev/null; then
    exec mysql --batch --skip-column-names -e 'SELECT VERSION()'
  fi
  sleep 0.1
done
cat /var/log/database.log /var/log/sshd.log >&2
exit 1`
