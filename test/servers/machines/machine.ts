import { spawn } from 'node:child_process'
import { mkdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { command } from '../processes/command'
import { hold, type Internet } from './internet'

/** A Debian server as it comes, with sshd at port 22 and MariaDB at its socket, for root. */
export interface Machine {
  readonly name: string
  /** The line of its host key for `known_hosts`. */
  readonly knownHosts: string
  /** Runs a shell script on it as root, as an administrator with a strict umask would. Returns its standard output. */
  run(script: string, input?: string): Promise<string>
  /** Starts a program that runs until the machine ends. */
  start(script: string): void
  /** Ends it, with everything that runs on it. Does nothing the second time. */
  stop(): Promise<void>
}

/**
 * Starts a machine with fresh `/etc`, `/home`, `/root`, `/run`, `/tmp`, `/usr/local/lib` and `/var` in `folder`, which has nobody's data. Its
 * programs are those of this machine.
 */
export async function startMachine(
  internet: Internet,
  name: string,
  address: string,
  folder: string,
): Promise<Machine> {
  await mkdir(folder, { recursive: true, mode: 0o755 })
  const holder = await hold(
    internet.within,
    ['--mount', '--pid', '--fork', '--kill-child', '--mount-proc', '--uts'],
    setUp,
    folder,
    name,
  )
  const [program = '', ...rest] = [...holder.within, 'env', '-i', 'PATH=/usr/sbin:/usr/bin:/sbin:/bin', 'HOME=/root']
  const run = (script: string, input = '') =>
    command(program, [...rest, 'bash', '--norc', '-euc', `umask 077\n${script}`], input)
  const start = (script: string) => void spawn(program, [...rest, 'sh', '-euc', script], { stdio: 'ignore' })

  await run(services(address))
  start(`exec mariadbd --no-defaults --user=mysql --datadir=/var/lib/mysql --socket=/run/mysqld/mysqld.sock \
    --bind-address=${address} --innodb-flush-method=nosync --innodb-log-file-size=16M --innodb-buffer-pool-size=32M`)
  start('exec /usr/sbin/sshd -D')
  await run(`
for i in $(seq 100); do if mariadb -e 'SELECT 1' >/dev/null 2>&1; then break; fi; sleep 0.1; done
mariadb -e 'SELECT 1' >/dev/null`)
  const key = await readFile(join(folder, 'etc/ssh/ssh_host_ed25519_key.pub'), 'utf8')
  const [type, blob] = key.split(' ')
  return { name, knownHosts: `${name} ${type} ${blob}`, run, start, stop: () => holder.stop() }
}

/** Nothing secret is copied: the machine has keys of its own, and nobody a password. */
const setUp = `
umask 022
mkdir "$1/etc" "$1/home" "$1/root" "$1/run" "$1/var" "$1/lib"
mkdir "$1/tmp"
chmod 1777 "$1/tmp"
tar -C /etc --exclude=./ssh/ssh_host_* --exclude=./*shadow* --exclude=./apache2 -cf - . | tar -C "$1/etc" -xpf -
chmod 700 "$1/root"
mount --bind "$1/lib" /usr/local/lib
# MariaDB names its temporary files by its number, which two machines may share. The folder itself is below /tmp: last.
for place in etc home root run var tmp; do mount --bind "$1/$place" "/$place"; done
cut -d : -f 1 /etc/passwd | sed 's/$/:*:20000:0:99999:7:::/' >/etc/shadow
chmod 600 /etc/shadow
`

/** What the packages of a server make when they are installed. */
function services(address: string): string {
  return `
umask 022
ln -s /run /var/run
mkdir -p /var/www/html /var/lib/mysql /var/tmp /var/log /run/sshd /run/mysqld /etc/ssh/sshd_config.d
getent passwd mysql >/dev/null || useradd --system --user-group --home-dir /nonexistent --shell /bin/false mysql
chown mysql: /var/lib/mysql /run/mysqld
mariadb-install-db --no-defaults --user=mysql --datadir=/var/lib/mysql --skip-test-db --skip-name-resolve >/dev/null
ssh-keygen -A >/dev/null
echo 'ListenAddress ${address}' >/etc/ssh/sshd_config.d/address.conf`
}
