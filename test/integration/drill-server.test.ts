import { type ChildProcess, spawn } from 'node:child_process'
import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs'
import { chmod, mkdir, mkdtemp, readdir, rm, stat, utimes, writeFile } from 'node:fs/promises'
import { hostname, tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { buffer } from 'node:stream/consumers'
import { removeLeftovers } from '../../src/commands/verify/clean-up-runner'
import { localConnection } from '../../src/server/local/local-connection'
import { askSql } from '../../src/sources/mysql/client/ask-sql'
import { databaseServerOver } from '../../src/sources/mysql/database-server'
import { placeInContainer } from '../../src/sources/mysql/drill/container-place'
import { type DrillPlace, placeOnThisMachine } from '../../src/sources/mysql/drill/drill-place'
import { findDrillHost } from '../../src/sources/mysql/drill/find-drill-host'
import { startThrowawayServer, type ThrowawayServer } from '../../src/sources/mysql/drill/throwaway-server'
import { dumpArguments } from '../../src/sources/mysql/dump/dump-arguments'
import { plainCommand } from '../servers/processes/plain-command'
import { makeStandInDocker } from '../servers/processes/stand-in-docker'
import { freshDatabase, testServices, testSql } from '../servers/test-services'

const services = testServices()
const path = '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin'
const variables = { PATH: path }

let temp: string
beforeEach(async () => {
  temp = await mkdtemp(join(tmpdir(), 'drill-test-'))
  await chmod(temp, 0o777)
})
afterEach(() => rm(temp, { recursive: true, force: true }))

/** The user of each server whose data is in the folder. */
function servers(folder = temp): number[] {
  return readdirSync('/proc').flatMap(pid => {
    try {
      const line = /^\d+$/.test(pid) ? readFileSync(`/proc/${pid}/cmdline`, 'utf8') : ''
      return line.includes(`--datadir=${folder}/`) ? [statSync(`/proc/${pid}`).uid] : []
    } catch {
      return []
    }
  })
}

async function until(isTrue: () => boolean): Promise<void> {
  while (!isTrue()) await new Promise(wait => setTimeout(wait, 20))
}

function ask(place: DrillPlace, { access }: ThrowawayServer, sql: string): Promise<string> {
  return databaseServerOver(place.connection).runSql({ access, sql, name: 'a question' })
}

describe('localConnection', () => {
  it('serves the jobs that a server serves over SSH', async () => {
    const { user, password, socket } = services.mysql
    const access = { user, password, socket }
    const database = await freshDatabase(services)
    await testSql(services, "CREATE TABLE t (x TEXT); INSERT INTO t VALUES ('☃');", database)
    const connection = localConnection({ environment: { PATH: path, HOME: temp } })
    const server = databaseServerOver(connection)
    const { inventory } = await server.inventory({ access, databases: [database] })
    expect(inventory.databases[0]?.tables).toMatchObject([{ name: 't' }])
    const selection = { excluded: [], structureOnly: [] }
    const job = await server.openDump({
      access,
      database,
      flavor: inventory.server.flavor,
      arguments: dumpArguments({ database, selection, extra: [], canIgnoreTableData: true }),
      compression: { kind: 'none' },
      signal: new AbortController().signal,
    })
    expect((await buffer(job.body)).toString()).toContain("('☃')")
    await job.done
    connection.close()
  })
})

describe('findDrillMeans', () => {
  it('finds the server that is installed once, whatever it is called, and knows whether docker has an engine', async () => {
    const { bin } = await makeStandInDocker(temp)
    const means = await findDrillHost(plainCommand, { PATH: `${bin}:${path}` })
    expect(means).toEqual({
      installed: [
        {
          program: '/usr/sbin/mariadbd',
          flavor: 'mariadb',
          version: expect.stringMatching(/^\d+\.\d+\.\d+$/),
        },
      ],
      dockerProblem: undefined,
    })
  })

  it('tells why docker cannot be used', async () => {
    await mkdir(join(temp, 'bin'))
    await writeFile(
      join(temp, 'bin/docker'),
      '#!/bin/sh\necho "Cannot connect to the Docker daemon at unix:///var/run/docker.sock. Is the docker daemon running?" >&2; exit 1\n',
      { mode: 0o755 },
    )
    const { dockerProblem } = await findDrillHost(plainCommand, { PATH: `${temp}/bin:${path}` })
    expect(dockerProblem).toMatch(/^Cannot connect to the Docker daemon/)
    const bare = await findDrillHost(plainCommand, { PATH: join(temp, 'nothing') })
    expect(bare.dockerProblem).toBe('there is no program called docker')
  })
})

describe('startThrowawayServer', () => {
  const signal = new AbortController().signal
  const request = { program: '/usr/sbin/mariadbd', flavor: 'mariadb', signal } as const

  it('starts a server without a network, of which nothing stays', async () => {
    const place = await placeOnThisMachine(join(temp, 'database'), plainCommand, variables)
    const server = await startThrowawayServer({ ...request, place })
    const settings = 'SELECT @@skip_networking, @@log_bin, @@event_scheduler, @@max_allowed_packet, CURRENT_USER();'
    expect(await ask(place, server, settings)).toBe('1\t0\tOFF\t16777216\troot@localhost\n')
    expect(servers()).toHaveLength(1)
    await server.stop()
    await place.remove()
    expect(servers()).toEqual([])
  })

  it('is as strict as a stock server, but for settings that the old server had', async () => {
    const place = await placeOnThisMachine(join(temp, 'database'), plainCommand, variables)
    const settings = {
      ...{ options: ['--loose-max-allowed-packet=33554432'], zones: [], needed: [] },
      sql: ['SET GLOBAL default_week_format = 3;', 'SET GLOBAL no_such_setting = 1;'],
    }
    const server = await startThrowawayServer({ ...request, place, settings })
    const columns = Array.from({ length: 40 }, (_, index) => `c${index} CHAR(255)`).join(', ')
    const wide = `CREATE DATABASE old; CREATE TABLE old.wide (${columns}) CHARSET latin1 ROW_FORMAT=COMPACT ENGINE=InnoDB;`
    await expect(ask(place, server, wide)).rejects.toThrow('error 1118')
    const had = 'SELECT @@GLOBAL.max_allowed_packet, @@GLOBAL.default_week_format;'
    expect(await ask(place, server, had)).toBe('33554432\t3\n')
    await server.stop()
    await place.remove()
  })

  it('reads one line of an answer that never ends', async () => {
    const place = await placeOnThisMachine(join(temp, 'database'), plainCommand, variables)
    const { access, stop } = await startThrowawayServer({ ...request, place })
    const first = (sql: string) => askSql(place.connection, { access, sql: `${sql}\n;`, name: 'a question' })
    const endless = 'FROM information_schema.collations a, information_schema.collations b, mysql.help_topic'
    expect(await first(`SELECT 7, REPEAT('1', 20) ${endless}`)).toBe(`7\t${'1'.repeat(20)}`)
    expect(await first(`SELECT REPEAT('1', 200000) ${endless}`)).toBe('1'.repeat(65_536))
    expect(await first("SELECT b'0', X'00', b'1'")).toBe('\\0\t\\0\t\u0001')
    expect(await first('SELECT 1 FROM mysql.user WHERE 1 = 0')).toBeUndefined()
    await expect(first('SELECT 1 FROM mysql.nothing')).rejects.toThrow('error 1146')
    await expect(first('\\! touch planted')).rejects.toThrow('Unknown command')
    await stop()
    await place.remove()
  })

  it('runs as a user of its own on a root runner, and as the user of any other', async () => {
    const place = await placeOnThisMachine(join(temp, 'database'), plainCommand, variables)
    const server = await startThrowawayServer({ ...request, place })
    const [user = 0] = servers()
    if (process.getuid?.() === 0) {
      expect(user).toBeGreaterThanOrEqual(61_184)
      expect((await stat(temp)).mode & 0o777).toBe(0o710)
      expect((await stat(join(temp, 'database/data'))).uid).toBe(user)
    } else {
      expect(user).toBe(process.getuid?.())
    }
    await server.stop()
    await place.remove()
  })

  it('runs as its own user where no other reaches the folder', async () => {
    const inner = join(temp, 'closed/inner')
    await mkdir(inner, { recursive: true })
    await chmod(join(temp, 'closed'), 0o700)
    const place = await placeOnThisMachine(join(inner, 'database'), plainCommand, variables)
    expect(place.isRoot).toBe(process.getuid?.() === 0)
    await place.remove()
  })

  it('lets SQL reach no file of this machine', async () => {
    const place = await placeOnThisMachine(join(temp, 'database'), plainCommand, variables)
    const server = await startThrowawayServer({ ...request, place })
    const out = join(temp, 'planted')
    await expect(ask(place, server, `SELECT 'x' INTO OUTFILE '${out}';`)).rejects.toThrow('error 1290')
    expect(await ask(place, server, "SELECT LOAD_FILE('/etc/hostname') IS NULL;")).toBe('1\n')
    expect(existsSync(out)).toBe(false)
    await server.stop()
    await place.remove()
  })

  it('tells when the server dies', async () => {
    const place = await placeOnThisMachine(join(temp, 'database'), plainCommand, variables)
    const server = await startThrowawayServer({ ...request, place })
    const pid = await ask(place, server, 'SELECT @@pid_file;')
    process.kill(Number(readFileSync(pid.trim(), 'utf8')), 'SIGKILL')
    await expect(server.lost).rejects.toThrow('mariadbd was ended by SIGKILL')
    await server.stop()
    await place.remove()
  })

  it('shows the last words of a server that does not start', async () => {
    const program = join(temp, 'mariadbd')
    await writeFile(program, '#!/bin/sh\necho "[ERROR] Cannot allocate memory for the buffer pool" >&2\nexit 1\n', {
      mode: 0o755,
    })
    const place = await placeOnThisMachine(join(temp, 'database'), plainCommand, variables)
    await expect(startThrowawayServer({ ...request, program, place })).rejects.toMatchObject({
      message: expect.stringContaining('mariadbd ended with status 1'),
      detail: ['[ERROR] Cannot allocate memory for the buffer pool'],
    })
    await place.remove()
    expect(servers()).toEqual([])
  })

  it('starts a copy of a server that is not let into its folder, as AppArmor does', async () => {
    // Stands in for a confined mysqld: it goes by the path that it was started from, and makes its data folder by
    // itself.
    const program = join(temp, 'sbin/mysqld')
    await mkdir(join(temp, 'sbin'))
    await writeFile(
      program,
      `#!/bin/sh
case $0 in ${temp}/sbin/*) echo "mysqld: Can't create directory (OS errno 13 - Permission denied)" >&2; exit 1 ;; esac
case " $* " in
  *" --initialize-insecure "*)
    for word; do case $word in --datadir=*) exec mariadb-install-db --no-defaults --auth-root-authentication-method=normal "$word" ;; esac; done ;;
esac
for word; do
  shift
  case $word in --basedir=*) [ "$word" = "--basedir=${temp}" ] || exit 9 ;; *) set -- "$@" "$word" ;; esac
done
exec /usr/sbin/mariadbd "$@"
`,
      { mode: 0o755 },
    )
    const place = await placeOnThisMachine(join(temp, 'database'), plainCommand, variables)
    const server = await startThrowawayServer({ place, program, flavor: 'mysql', signal })
    expect(await ask(place, server, 'SELECT 1;')).toBe('1\n')
    await server.stop()
    await place.remove()
    expect(servers()).toEqual([])
  })

  it.each([0, 150, 600])('leaves nothing when it is stopped after %d ms', async delayMs => {
    const controller = new AbortController()
    const place = await placeOnThisMachine(join(temp, 'database'), plainCommand, variables)
    const starting = startThrowawayServer({ ...request, place, signal: controller.signal })
    setTimeout(() => controller.abort(new Error('told to stop')), delayMs)
    const outcome = await starting.then(
      server => server.stop(),
      error => String(error),
    )
    await place.remove()
    expect([undefined, 'Error: told to stop']).toContain(outcome)
    expect(servers()).toEqual([])
  })
})

describe('placeInContainer', () => {
  const signal = new AbortController().signal

  it('pulls the image, starts a container without a network, and the same server in it', async () => {
    const docker = await makeStandInDocker(temp)
    const inside = { PATH: `${docker.bin}:${path}`, HOME: temp, INPUT_SECRET: 'x' }
    const place = await placeInContainer({
      image: 'mariadb:10.11',
      run: plainCommand,
      variables: inside,
      signal,
    })
    const server = await startThrowawayServer({
      place,
      program: '/usr/sbin/mariadbd',
      flavor: 'mariadb',
      signal,
    })
    expect(await ask(place, server, 'SELECT @@skip_networking;')).toBe('1\n')
    expect(servers(place.folder)).toHaveLength(1)
    await server.stop()
    await place.remove()
    expect(servers(place.folder)).toEqual([])
    expect(await docker.containers()).toEqual([])
    const calls = (await docker.calls()).map(call => call.replace(/make-a-backup-drill-[0-9a-f]+/g, 'NAME'))
    expect(calls).toEqual([
      'image inspect --format {{.Id}} mariadb:10.11',
      'pull --quiet mariadb:10.11',
      expect.stringMatching(
        /^run --detach --rm --pull never --network none --user 0:0 --name NAME --label make-a-backup-drill=\S+:\d+:\d+ --entrypoint sleep mariadb:10\.11 21600$/,
      ),
      'rm --force --volumes NAME',
    ])
  })

  it('does not pull an image that is there', async () => {
    const docker = await makeStandInDocker(temp)
    const inside = { PATH: `${docker.bin}:${path}` }
    for (let time = 1; time <= 2; time++) {
      const place = await placeInContainer({ image: 'acme/db', run: plainCommand, variables: inside, signal })
      await place.remove()
    }
    expect((await docker.calls()).filter(call => call.startsWith('pull'))).toHaveLength(1)
  })

  it('says which image cannot be pulled', async () => {
    const { bin, containers } = await makeStandInDocker(temp)
    const starting = placeInContainer({
      image: 'missing:1',
      run: plainCommand,
      variables: { PATH: `${bin}:${path}` },
      signal,
    })
    await expect(starting).rejects.toMatchObject({
      message: expect.stringContaining('"missing:1" could not be pulled'),
      detail: ['Error response from daemon: manifest for missing:1 not found'],
    })
    expect(await containers()).toEqual([])
  })
})

/** The program that holds a throwaway server, in a process of its own. */
async function startHolder(environment: Record<string, string> = {}, user: readonly string[] = []) {
  const root = join(__dirname, '../..')
  const [program = '', ...words] = [...user, process.execPath, '--no-warnings']
  const hooks = join(root, 'test/unit/runtime/github/plain-typescript.mjs')
  const holder = spawn(program, [...words, '--import', hooks, join(root, 'test/servers/processes/drill-program.ts')], {
    cwd: root,
    env: { PATH: path, DRILL_TEMP: temp, ...environment },
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  const lines: string[] = []
  const isReady = new Promise<void>((resolve, reject) => {
    const reader = createInterface({ input: holder.stdout })
    reader.on('line', line => {
      lines.push(line)
      if (line.startsWith('ready')) resolve()
    })
    reader.on('close', () => reject(new Error(lines.join('\n'))))
  })
  await isReady
  return { holder, lines, folder: lines[0]?.replace('folder ', '') ?? '' }
}

const ended = (child: ChildProcess) => new Promise(resolve => child.once('close', resolve))

describe('a drill that is killed', () => {
  const unleashed = { DRILL_UNLEASHED: 'yes' }
  const leftovers = () => removeLeftovers({ temps: [temp], run: plainCommand, variables })

  it('takes its server along', async () => {
    const { holder, folder } = await startHolder()
    expect(servers(folder)).toHaveLength(1)
    holder.kill('SIGKILL')
    await ended(holder)
    await until(() => servers(folder).length === 0)
    expect(existsSync(folder)).toBe(true)
    expect(await leftovers()).toEqual([folder])
    expect(existsSync(folder)).toBe(false)
  })

  it('leaves a server, where nothing ends it, and the next drill removes both', async () => {
    const { holder, folder } = await startHolder(unleashed)
    holder.kill('SIGKILL')
    await ended(holder)
    expect(servers(folder)).toHaveLength(1)
    expect(await leftovers()).toEqual([folder])
    await until(() => servers(folder).length === 0)
    expect(await readdir(temp)).toEqual([])
  })

  it('is not mistaken for one that lives', async () => {
    const { holder, folder } = await startHolder()
    expect(await leftovers()).toEqual([])
    expect(servers(folder)).toHaveLength(1)
    holder.kill('SIGINT')
    await ended(holder)
    expect(await readdir(temp)).toEqual([])
    expect(servers(folder)).toEqual([])
  })

  it('leaves a container, which the next drill removes, and no other', async () => {
    const docker = await makeStandInDocker(temp)
    const inside = { PATH: `${docker.bin}:${path}` }
    const signal = new AbortController().signal
    const place = await placeInContainer({ image: 'acme/db', run: plainCommand, variables: inside, signal })
    const run = ['run', '--name', 'dead', '--label', `make-a-backup-drill=${hostname()}:1:9`]
    await plainCommand('docker', run, inside)
    const removed = await removeLeftovers({
      temps: [temp],
      run: plainCommand,
      variables: inside,
    })
    expect(removed).toEqual(['dead'])
    expect(await docker.containers()).toHaveLength(1)
    await place.remove()
  })

  it('is the only one whose folder is removed: no bait, no stranger', async () => {
    const named = async (name: string, owner: string | undefined) => {
      await mkdir(join(temp, name))
      if (owner !== undefined) await writeFile(join(temp, name, 'owner'), owner)
    }
    await named('make-a-backup-drill-being-made', undefined)
    await named('make-a-backup-drill-elsewhere', 'another-machine:1:9\n')
    await named('make-a-backup-drill-old', undefined)
    await utimes(join(temp, 'make-a-backup-drill-old'), new Date(0), new Date(0))
    await named('somebody-elses', 'x:1:9')
    expect(await leftovers()).toEqual([join(temp, 'make-a-backup-drill-old')])
    expect((await readdir(temp)).sort()).toEqual([
      'make-a-backup-drill-being-made',
      'make-a-backup-drill-elsewhere',
      'somebody-elses',
    ])
  })
})

/**
 * Only root can become somebody else; for anybody else all tests above are this one. What is left of root's rights is
 * to read, since the checkout may lie in root's own home.
 */
const asNobody =
  process.getuid?.() === 0
    ? [
        'setpriv',
        '--reuid=65534',
        '--regid=65534',
        '--clear-groups',
        '--inh-caps=+dac_read_search',
        '--ambient-caps=+dac_read_search',
        '--',
      ]
    : []

describe('a drill without the rights of root', () => {
  it('starts a server and leaves nothing', async () => {
    const { holder, lines, folder } = await startHolder({}, asNobody)
    expect(lines[1]).toMatch(/^ready \S.* 1 root@localhost$/)
    expect(servers(folder)).toHaveLength(1)
    holder.kill('SIGTERM')
    await ended(holder)
    expect(lines.at(-1)).toBe('gone')
    expect(servers(folder)).toEqual([])
    expect(await readdir(temp)).toEqual([])
  })
})
