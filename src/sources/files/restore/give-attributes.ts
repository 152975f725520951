import { FailureError } from '../../../runtime/errors'
import { type JobFailure, runJob } from '../../../server/job'
import type { Connection } from '../../../ssh/remote'
import { type AttributeKind, attributeKinds } from '../attributes/listed'
import { explainFolderJob } from '../folder-errors'

/** What unpacked files have of what was sent for them. */
export interface GivenThere {
  kind: AttributeKind
  /** How many entries have some. */
  count: number
  /** The first message of the program; '': none. */
  said: string
}

/** The job `give-attributes`: by the lists in a staging folder. A file system may not take them. */
export async function giveAttributes(connection: Connection, { staging }: { staging: string }): Promise<GivenThere[]> {
  const explain = (failure: JobFailure) =>
    explainFolderJob('the giving of access control lists and extended attributes', failure)
  const { text } = await runJob(connection, 'give-attributes', [['staging', staging]], { explain })
  return parseGiven(text)
}

/** Throws FailureError for an invalid answer. */
function parseGiven(text: string): GivenThere[] {
  return text
    .split('\n')
    .filter(line => line !== '')
    .map(line => {
      const [word, name, count = '', ...said] = line.split('\t')
      const kind = attributeKinds.find(each => each === name)
      if (word !== 'given' || kind === undefined || !/^\d{1,12}$/.test(count))
        throw new FailureError('The server answered with lines that make no sense when it gave attributes to files.')
      return { kind, count: Number(count), said: said.join('\t') }
    })
}
