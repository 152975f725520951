import { type Finding, warning } from '../../../findings/finding'
import { quotedName } from '../../../findings/quoted-name'
import { plural } from '../../../runtime/text/format-count'
import { attributeTools } from '../attributes/attribute-lists'
import { attributeKinds } from '../attributes/listed'

/** What the job reported as not kept: `lists 3 /var/www/html/uploads`. A line that makes no sense is no finding. */
export function unkeptFindings(reported: readonly string[]): Finding[] {
  return reported.flatMap(line => {
    const [, name, count = '', first = ''] = /^(\w+) (\d{1,12}) (.+)$/.exec(line) ?? []
    const kind = attributeKinds.find(each => each === name)
    if (kind === undefined) return []
    const { what, package: wanted } = attributeTools[kind]
    const reader = kind === 'lists' ? 'getfacl' : 'getfattr'
    return [
      warning(
        'attributes-not-kept',
        `Not in the backup: the ${what} of ${plural(Number(count), 'entry', 'entries')}, the first is ${quotedName(first)}. The server has no ${reader}.`,
        `The next backup keeps them once the package ${wanted} is installed on the server, on Debian and Ubuntu: sudo apt install ${wanted}`,
      ),
    ]
  })
}
