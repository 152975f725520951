import fc from 'fast-check'
import { dumpDefaultRefusal, parseDumpOptions } from '../../../../../src/sources/mysql/dump/dump-options'
import { refusedOptions, requiredOptions } from '../../../../../src/sources/mysql/dump/refused-dump-options'
import { faultsOf, refusal } from '../../../inputs/reading'

const refusedNames = refusedOptions.flatMap(({ names }) => names)
const requiredNames = requiredOptions.flatMap(({ names }) => names)

describe('parseDumpOptions', () => {
  it.each([
    '--skip-extended-insert',
    '--order-by-primary',
    '--order-by-size',
    '--skip-tz-utc',
    '--column-statistics=0',
    '--loose-column-statistics=0',
    '--ssl-mode=REQUIRED',
    '--ssl-ca=/etc/ssl/My CA.pem',
    '--ssl',
    '--ssl=0',
    '--skip-ssl',
    '--skip-ssl-verify-server-cert',
    '--lock-tables',
    '--skip-lock-tables',
    '--complete-insert',
    '--skip-dump-date',
    '--max-allowed-packet=512M',
    '--net-buffer-length=16384',
    '--set-gtid-purged=ON',
    '--no-autocommit',
    '--skip-add-drop-table',
    '--skip-add-locks',
    '--skip-disable-keys',
    '--disable-keys',
    '--add-drop-trigger',
    '--compress',
    '--compression-algorithms=zstd',
    '--master-data=2',
    '--source-data=2',
    '--dump-history',
    '--skip-log-queries',
    '--skip-network-timeout',
    '--enable-cleartext-plugin',
    '--default-auth=caching_sha2_password',
    '--get-server-public-key',
    '--default-character-set=utf8mb4',
    '--hex-blob',
    '--routines',
    '--comments=1',
    '--triggers=TRUE',
    '--opt',
    '--no-tablespaces',
    '--skip-no-data-med',
    '--force-pqc=ON',
    '--some-option-of-the-future=1',
  ])('lets %s pass', option => {
    expect(parseDumpOptions([option])).toEqual([option])
  })

  it('returns names in one spelling and values as they are, in order', () => {
    expect(parseDumpOptions(['--Max_Allowed_Packet=1G', '--LOOSE-skip_ssl', '--ssl-ca=/Etc/A_b=c'])).toEqual([
      '--max-allowed-packet=1G',
      '--loose-skip-ssl',
      '--ssl-ca=/Etc/A_b=c',
    ])
  })

  it.each([
    ['--force', '"--force": a dump that continues after an error looks complete and is not'],
    ['--forc', '"--forc" (short for --force): a dump that continues after an error looks complete and is not'],
    ['--FORCE=0', '"--FORCE": a dump that continues after an error looks complete and is not'],
    ['--loose_force', '"--loose_force": a dump that continues after an error looks complete and is not'],
    ['--enable-force', '"--enable-force": a dump that continues after an error looks complete and is not'],
    ['--ignore-error=1146', '"--ignore-error": a dump that continues after an error looks complete and is not'],
    ['--compact', '"--compact": it leaves out the last line, which proves that the dump is complete'],
    ['--skip-comments', '"--skip-comments": it leaves out the last line, which proves that the dump is complete'],
    ['--comments=0', '"--comments": it leaves out the last line, which proves that the dump is complete'],
    ['--comments=OFF', '"--comments": it leaves out the last line, which proves that the dump is complete'],
    [
      '--skip-comment',
      '"--skip-comment" (short for --comments): it leaves out the last line, which proves that the dump is complete',
    ],
    [
      '--result-file=/x',
      '"--result-file": the dump must come as SQL on standard output, where it is checked and stored',
    ],
    ['--tab=/x', '"--tab": the dump must come as SQL on standard output, where it is checked and stored'],
    ['--xml', '"--xml": the dump must come as SQL on standard output, where it is checked and stored'],
    ['--all-databases', '"--all-databases": the input "databases" chooses the databases'],
    ['--tables', '"--tables": the input "databases" chooses the databases'],
    ['--ignore-table=a.b', '"--ignore-table": the inputs choose the tables, and the dump is compared with that choice'],
    ['--no-data', '"--no-data": only the inputs leave out rows, so that no table is empty by mistake'],
    ['--where=1=0', '"--where": rows would be missing without any sign of it'],
    [
      '--user=root',
      '"--user": how to reach the database is set by the inputs "mysql-…", for the inventory and the dump alike',
    ],
    ['--defaults-file=/x', '"--defaults-file": the guards depend on which option files are read'],
    ['--print-defaults', '"--print-defaults": it prints something else instead of a dump'],
    ['--debug=d', '"--debug": it writes files on the server or hides its errors from the run'],
    ['--init-command=SET x', '"--init-command": it runs code or statements of its own, and the server is only read'],
    ['--flush-logs', '"--flush-logs": it changes the logs or stops the replication of the server, which is only read'],
    ['--master-data', '"--master-data": a restore would point the new server at the old one as its replica'],
    ['--source-data=1', '"--source-data": a restore would point the new server at the old one as its replica'],
    ['--lock-all-tables', '"--lock-all-tables": every write on the whole server would wait until the dump ends'],
    ['--add-drop-database', '"--add-drop-database": a restore would drop a database without asking'],
    ['--compatible=ansi', '"--compatible": it drops table options and quotes names in a way that cannot be checked'],
    ['--insert-ignore', '"--insert-ignore": a restore would silently lose rows with equal keys'],
    [
      '--default-character-set=latin1',
      '"--default-character-set": characters that the other character set lacks would be lost',
    ],
    ['--no-set-names', '"--no-set-names": the dump would not say which character set it is in'],
    ['--skip-opt', '"--skip-opt": it drops table options and keeps whole tables in the memory of the server'],
    [
      '--skip-op',
      '"--skip-op" (short for --skip-opt): it drops table options and keeps whole tables in the memory of the server',
    ],
    ['--skip-routines', '"--skip-routines": the database could not be restored with all its parts'],
    ['--triggers=FALSE', '"--triggers": the database could not be restored with all its parts'],
    ['--skip-quick', '"--skip-quick": whole tables would be kept in the memory of the server'],
    ['--skip-hex-blob', '"--skip-hex-blob": binary values could change on their way through character sets'],
    [
      '--disable-create-options',
      '"--disable-create-options": table options such as the engine and AUTO_INCREMENT would be lost',
    ],
    ['--skip-quote-names', '"--skip-quote-names": names and characters in the dump could be misread'],
  ])('refuses %s', (option, rest) => {
    expect(refusal(() => parseDumpOptions([option])).message).toBe(`Input "dump-options" must not contain ${rest}.`)
  })

  it('says what to do instead', () => {
    const advice = (option: string) => refusal(() => parseDumpOptions([option])).advice
    expect(advice('--where=x')).toBe('Remove it; to leave out all rows of a table use "structure-only-tables".')
    expect(advice('--skip-comments')).toBe('Remove the option.')
  })

  it.each([
    ['-f', '-f'],
    ['-phunter2', '-p'],
    ['--max-allowed-packet 512M', '--max-allowed-packet'],
    ['--password hunter2', '--password'],
    ['force', 'force'],
    ['--', '--'],
    ['--=x', '--'],
    ['--skip-', '--skip-'],
    ['--x.force', '--x.force'],
    ['shop', 'shop'],
  ])('refuses %s, which is no long option, and shows no value', (option, seen) => {
    const error = refusal(() => parseDumpOptions([option]))
    expect(error.message).toBe(`Input "dump-options" must contain options in long form, one per line, got "${seen}".`)
    expect(JSON.stringify(error)).not.toContain('hunter2')
  })

  it('shows no value of a refused option', () => {
    const error = refusal(() => parseDumpOptions(['--password=hunter2', '--loose-pass=hunter2']))
    expect(error.faults).toHaveLength(2)
    expect(error.message + faultsOf(error).join()).not.toContain('hunter2')
  })

  it.each(['--max-allowed-packet', '--ssl_ca', '--ssl-mode'])('refuses %s without its value', option => {
    expect(refusal(() => parseDumpOptions([option])).message).toBe(
      `Input "dump-options" must give this option its value after a "=", got "${option}".`,
    )
  })

  const unlocked =
    'Input "dump-options" must not switch off --single-transaction alone: each table would be from another moment.'
  it.each([
    [['--skip-single-transaction']],
    [['--single-transaction=0']],
    [['--loose-disable-single-trans']],
    [['--skip-single-transaction', '--skip-lock-tables']],
    [['--lock-tables', '--skip-single-transaction', '--lock-tables=0']],
  ])('refuses %j', options => {
    expect(refusal(() => parseDumpOptions(options)).message).toBe(unlocked)
  })

  it.each([
    [['--skip-single-transaction', '--lock-tables']],
    [['--lock-tables', '--skip-single-transaction']],
    [['--skip-single-transaction', '--single-transaction']],
    [['--single-transaction', '--skip-lock-tables']],
  ])('lets %j pass', options => {
    expect(parseDumpOptions(options)).toEqual(options)
  })

  const prefixes = fc.array(fc.constantFrom('loose', 'skip', 'disable', 'enable', 'maximum'), {
    maxLength: 4,
  })
  const value = fc.constantFrom('', '=0', '=1', '=x y')

  /** The name in any spelling of the same length. */
  const spelled = (name: string): fc.Arbitrary<string> =>
    fc
      .array(fc.boolean(), { minLength: name.length, maxLength: name.length })
      .map(flips => [...name].map((c, i) => (flips[i] !== true ? c : c === '-' ? '_' : c.toUpperCase())).join(''))

  it('refuses every refused option in every spelling, abbreviated, behind any prefixes', () => {
    const arbitrary = fc
      .tuple(fc.constantFrom(...refusedNames), fc.nat(), prefixes, value)
      .map(([name, cut, before, after]) => ({
        name: [...before, name.slice(0, 1 + (cut % name.length))].join('-'),
        after,
      }))
      .filter(({ name }) => !name.endsWith('-'))
      .chain(({ name, after }) => spelled(name).map(text => `--${text}${after}`))
    fc.assert(
      fc.property(arbitrary, option => {
        expect(refusal(() => parseDumpOptions([option])).message).toMatch(/^Input "dump-options" must not contain /)
      }),
      { numRuns: 2000 },
    )
  })

  it('refuses to switch off any option that must stay on', () => {
    const off = fc.tuple(prefixes, fc.constantFrom('skip', 'disable'), prefixes)
    const arbitrary = fc
      .tuple(fc.constantFrom(...requiredNames), off, value)
      .chain(([name, [a, b, c], after]) => spelled([...a, b, ...c, name].join('-')).map(text => `--${text}${after}`))
    fc.assert(
      fc.property(arbitrary, option => {
        expect(refusal(() => parseDumpOptions([option])).message).toMatch(/^Input "dump-options" must not contain /)
      }),
      { numRuns: 1000 },
    )
  })
})

describe('dumpDefaultRefusal', () => {
  it.each([
    'user',
    'password',
    'host',
    'port',
    'socket',
    'protocol',
    'ssl-ca',
    'max_allowed_packet',
    'quick',
    'quote-names',
    'default-character-set',
    'skip-comments',
    'skip-quick',
    'skip-triggers',
    'plugin_dir',
    'loose-local-infile',
    'column-statistics',
    'single-transaction',
    'routines',
  ])('finds no harm in %s', name => {
    expect(dumpDefaultRefusal(name)).toBeUndefined()
  })

  it.each([
    ['where', 'rows would be missing without any sign of it'],
    ['ignore_table', 'the inputs choose the tables, and the dump is compared with that choice'],
    ['force', 'a dump that continues after an error looks complete and is not'],
    ['loose-force', 'a dump that continues after an error looks complete and is not'],
    ['compact', 'it leaves out the last line, which proves that the dump is complete'],
    ['no-data', 'only the inputs leave out rows, so that no table is empty by mistake'],
    ['result-file', 'the dump must come as SQL on standard output, where it is checked and stored'],
    ['skip-opt', 'it drops table options and keeps whole tables in the memory of the server'],
    ['skip-create-options', 'table options such as the engine and AUTO_INCREMENT would be lost'],
    ['Skip_Quote_Names', 'names and characters in the dump could be misread'],
    ['lock-all-tables', 'every write on the whole server would wait until the dump ends'],
  ])('refuses %s', (name, reason) => {
    expect(dumpDefaultRefusal(name)).toBe(reason)
  })
})
