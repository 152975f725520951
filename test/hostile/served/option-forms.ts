import { spawnSync } from 'node:child_process'
import { join } from 'node:path'

/**
 * Every way to write each option that the help of a database program lists: in full, with another beginning, with an
 * underscore for a dash, with a value, as its first letters, as one letter.
 */
export function optionForms(help: string, value: string): string[] {
  const listed = [...help.matchAll(/^ {2}(?:-(.), )?--([a-z0-9-]+)/gm)]
  const forms = listed.flatMap(([, letter, name = '']) => {
    const starts = [name, ...['skip', 'disable', 'enable', 'maximum'].map(start => `${start}-${name}`)]
    const words = [...starts, ...starts.map(start => `loose-${start}`)].flatMap(word => [
      word,
      word.replaceAll('-', '_'),
    ])
    const cut = Array.from({ length: name.length }, (_, length) => name.slice(0, length)).filter(part => part !== '')
    const long = [...words, ...cut, `set-variable=${name}`].flatMap(word => [`--${word}`, `--${word}=${value}`])
    return letter === undefined ? long : [...long, `-${letter}`, `-${letter}${value}`]
  })
  return [...new Set([...forms, '-', '', `--set-variable=plugin-dir=${value}`, `-O=${value}`])]
}

/** Those of the options that `dist/server.sh` allows with an empty configuration: `is_dump_option`, `is_client_option`. */
export function allowedOptions(judge: 'is_dump_option' | 'is_client_option', options: readonly string[]): string[] {
  const program = join(__dirname, '../../../dist/server.sh')
  const script = `set -- --version; . '${program}' >/dev/null; needed=backup; while IFS= read -r option; do
    ! ${judge} "$option" || printf '%s\\n' "$option"; done`
  const { stdout, status } = spawnSync('sh', ['-c', script], { input: `${options.join('\n')}\n`, encoding: 'utf8' })
  if (status !== 0 && status !== 1) throw new Error(`The shell ended with ${status}.`)
  return stdout.split('\n').filter(option => option !== '')
}

/** What changes nothing but how a dump is written; of the client, what undoes a setting of the server's own files. */
export const harmlessDumpOption =
  /^--(single-transaction|skip-single-transaction|quick|routines|skip-routines|events|skip-events|triggers|skip-triggers|hex-blob|comments|no-tablespaces|no-data|no-autocommit|dump-history|skip-extended-insert|extended-insert|complete-insert|skip-add-locks|skip-disable-keys|skip-add-drop-table|skip-tz-utc|tz-utc|dump-date|skip-dump-date|order-by-primary|skip-lock-tables|lock-tables|loose-no-tablespaces|loose-skip-masking-policies|ignore-table=.*|ignore-table-data=.*)$/

export const harmlessClientOption =
  /^--(batch|skip-column-names|line-numbers|loose-connect-expired-password|skip-(table|html|xml|vertical|raw|column-type-info|show-warnings|tee|pager|force|safe-updates|named-commands|ignore-spaces|unbuffered)|loose-skip-(auto-vertical-output|binary-as-hex|print-query-on-error|abort-source-on-error))$/
