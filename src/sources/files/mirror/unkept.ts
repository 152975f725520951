import { type Finding, warning } from '../../../findings/finding'
import { quotedName } from '../../../findings/quoted-name'
import { shellWord } from '../../../findings/shell-word'
import { plural } from '../../../runtime/text/format-count'

const kinds: Readonly<Record<string, { what: string; command: string; back: string }>> = {
  lists: { what: 'access control lists', command: 'getfacl -R -s -p', back: 'setfacl --restore=FILE' },
  attributes: { what: 'extended attributes', command: 'getfattr -R -h -d -m -', back: 'setfattr -h --restore=FILE' },
}

/** What the job reported as not kept: `lists 3 /var/www/html/uploads`. A line that makes no sense is no finding. */
export function unkeptFindings(reported: readonly string[], paths: readonly string[]): Finding[] {
  return reported.flatMap(line => {
    const [, kind = '', count = '', first = ''] = /^(\w+) (\d{1,12}) (.+)$/.exec(line) ?? []
    const known = kinds[kind]
    if (known === undefined) return []
    const { what, command, back } = known
    const list = `(cd / && ${command} ${paths.map(path => shellWord(path)).join(' ')})`
    return [
      warning(
        'attributes-not-kept',
        `Not in the backup: the ${what} of ${plural(Number(count), 'entry', 'entries')}, the first is ${quotedName(first)}.`,
        `This lists them: ${list}. Where the site needs them, let "before-command" write that to a file in a folder of "paths" that the web server does not show; after a restore, root gives them back there with ${back}.`,
      ),
    ]
  })
}
