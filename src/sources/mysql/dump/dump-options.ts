import { mapAll } from '../../../findings/read-all'
import { shown, wrongInput } from '../../../findings/wrong-input'
import { UserError } from '../../../runtime/errors'
import { type Refusal, refusedOptions, requiredOptions, valuedOptions } from './refused-dump-options'

/**
 * The input `dump-options`, one option per item: `--name` or `--name=value`. Refuses options that break the guards,
 * choose what is dumped, where it goes or how to log in, in every spelling that the parser of the dump tools
 * (my_getopt) accepts: any letter case, `_` for `-`, prefixes such as `--loose-skip-`, and abbreviations. Returns names
 * in lower case with `-`.
 */
export function parseDumpOptions(items: readonly string[]): string[] {
  const options = mapAll(items, parseOption)
  refuseUnlocked(options)
  return options.map(({ name, value }) => (value === undefined ? `--${name}` : `--${name}=${value}`))
}

/**
 * Why an option in the server's own option files is refused, as half a sentence; undefined when it is harmless. Takes
 * only the name: the values there may be secrets.
 */
export function dumpDefaultRefusal(written: string): string | undefined {
  for (const { name, isNegated } of possibleReadings(normalName(written))) {
    const found = find(refusedOptions, name) ?? (isNegated ? find(requiredOptions, name) : undefined)
    if (found !== undefined && found.refusal.isHarmlessDefault !== true) return found.refusal.reason
  }
  return undefined
}

const isTrue = /^(1|on|true)$/i

interface DumpOption {
  text: string
  /** In lower case, with `-` for `_`, including prefixes. */
  name: string
  value: string | undefined
}

function parseOption(text: string): DumpOption {
  const [, written, value] = /^--([A-Za-z0-9](?:[A-Za-z0-9_-]*[A-Za-z0-9])?)(?:=(.*))?$/.exec(text) ?? []
  if (written === undefined) {
    throw wrongInput(
      'dump-options',
      'contain options in long form, one per line',
      withoutValue(text),
      'Write --name or --name=value, as in: --skip-extended-insert or --max-allowed-packet=512M',
    )
  }
  const option = { text, name: normalName(written), value }
  for (const { name, isNegated } of possibleReadings(option.name)) {
    refuseByName(option, name)
    refuseSwitchedOff(option, name, isNegated)
  }
  if (value === undefined && valuedOptions.includes(option.name)) {
    throw wrongInput('dump-options', 'give this option its value after a "="', text, `As in: ${text}=…`)
  }
  return option
}

function normalName(written: string): string {
  return written.toLowerCase().replaceAll('_', '-')
}

/** The printable part of an option: after `--password=`, `--password ` or `-p` a secret would follow. */
function withoutValue(text: string): string {
  return text.replace(/^(-[^-]|[^=\s]+).*$/, '$1')
}

interface Reading {
  name: string
  isNegated: boolean
}

/**
 * How the parser may read a name: it looks for the whole name first, then removes prefixes one by one. (`skip-opt` is
 * an option; `skip-quick` is the option `quick`, negated.)
 */
function possibleReadings(name: string): Reading[] {
  const readings: Reading[] = [{ name, isNegated: false }]
  let rest = name
  let isNegated = false
  for (;;) {
    const prefix = /^(skip|disable|enable|maximum|loose|autoset)-(?=.)/.exec(rest)
    if (prefix === null) return readings
    rest = rest.slice(prefix[0].length)
    isNegated ||= prefix[1] === 'skip' || prefix[1] === 'disable'
    readings.push({ name: rest, isNegated })
  }
}

function refuseByName(option: DumpOption, name: string): void {
  const found = find(refusedOptions, name)
  const isHarmless =
    found?.name === name && option.value !== undefined && found.refusal.unless?.test(option.value) === true
  if (found !== undefined && !isHarmless) throw refused(option, name, found.name, found.refusal)
}

function refuseSwitchedOff(option: DumpOption, name: string, isNegated: boolean): void {
  const isOff = isNegated || (option.value !== undefined && !isTrue.test(option.value))
  const found = isOff ? find(requiredOptions, name) : undefined
  if (found !== undefined) throw refused(option, name, found.name, found.refusal)
}

/** The option of this name, or else the first that it abbreviates. */
function find(refusals: readonly Refusal[], name: string): { name: string; refusal: Refusal } | undefined {
  const all = refusals.flatMap(refusal => refusal.names.map(full => ({ name: full, refusal })))
  return all.find(each => each.name === name) ?? all.find(each => each.name.startsWith(name))
}

function refused(option: DumpOption, name: string, full: string, { reason, fix }: Refusal): UserError {
  const short = full === name ? '' : ` (short for --${full})`
  return new UserError(
    `Input "dump-options" must not contain ${shown(withoutValue(option.text))}${short}: ${reason}.`,
    {
      advice: fix ?? 'Remove the option.',
    },
  )
}

/** Without its snapshot a dump is consistent only while its tables are locked. */
function refuseUnlocked(options: readonly DumpOption[]): void {
  const last = (name: string): boolean | undefined => {
    const found = options.findLast(option => possibleReadings(option.name).some(each => name.startsWith(each.name)))
    if (found === undefined) return undefined
    const isNegated = possibleReadings(found.name).at(-1)?.isNegated ?? false
    return !isNegated && (found.value === undefined || isTrue.test(found.value))
  }
  if (last('single-transaction') === false && last('lock-tables') !== true) {
    throw new UserError(
      'Input "dump-options" must not switch off --single-transaction alone: each table would be from another moment.',
      { advice: 'Where all tables are MyISAM, add --lock-tables: writes wait during the dump. Otherwise remove it.' },
    )
  }
}
