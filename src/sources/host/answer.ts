import { FailureError } from '../../runtime/errors'

/** One tab-separated line that a job printed. Names from a database are in hexadecimal. */
export interface AnswerRow {
  field(index: number): string
  /** From hexadecimal. */
  name(index: number): string
  /** From this field to the end, tabs and all. */
  rest(index: number): string
  /** Throws FailureError: the line is not as expected. */
  isUnreadable(): never
}

/** Passes each line of an answer to the reader of its first word. Throws FailureError for an unknown word. */
export function readAnswer<Reading>(
  text: string,
  job: string,
  readers: ReadonlyMap<string, (row: AnswerRow, reading: Reading) => void>,
  reading: Reading,
): void {
  for (const line of linesOf(text)) {
    if (line === '') continue
    const row = rowOf(line, job)
    const read = readers.get(row.field(0)) ?? row.isUnreadable()
    read(row, reading)
  }
}

/** One by one: an answer may be large. */
function* linesOf(text: string): Generator<string> {
  for (let from = 0; from < text.length; ) {
    const end = text.indexOf('\n', from)
    const to = end < 0 ? text.length : end
    yield text.slice(from, to)
    from = to + 1
  }
}

function rowOf(line: string, job: string): AnswerRow {
  const fields = line.split('\t')
  const isUnreadable = (): never => {
    throw new FailureError(`The server answered ${job} with a line that makes no sense.`, {
      detail: [line.slice(0, 500)],
    })
  }
  const field = (index: number): string => fields[index] ?? isUnreadable()
  return {
    field,
    name: index => Buffer.from(field(index), 'hex').toString('utf8'),
    rest: index => fields.slice(index).join('\t'),
    isUnreadable,
  }
}
