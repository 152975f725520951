import type { Readable } from 'node:stream'
import { StringDecoder } from 'node:string_decoder'
import type { Masks } from './masks'
import { CommandParser, type WorkflowCommand } from './workflow-commands'

/** A line as the process wrote it, before any masking. */
export interface OutputLine {
  stream: 'stdout' | 'stderr'
  text: string
}

export type AnnotationKind = 'notice' | 'warning' | 'error'

export interface Annotation {
  title: string
  message: string
}

export interface LogGroup {
  title: string
  lines: string[]
}

/** What the runner makes of a step's output. Everything but `lines`, `outputs` and `state` is masked. */
export class OutputReader {
  readonly lines: OutputLine[] = []
  /** As in the downloaded log: `##[group]Title`, `##[error]Message`, plain lines. */
  readonly log: string[] = []
  readonly annotations: Record<AnnotationKind, Annotation[]> = { notice: [], warning: [], error: [] }
  readonly groups: LogGroup[] = []
  /** Set by the old commands on stdout, `::set-output` and `::save-state`. */
  readonly outputs: Record<string, string> = {}
  readonly state: Record<string, string> = {}
  private readonly parser = new CommandParser()
  private openGroup: LogGroup | undefined
  private readonly masks: Masks
  private readonly options: { debug: boolean; onLine: (raw: string) => void; onLog: (entry: string) => void }

  constructor(
    masks: Masks,
    options: { debug: boolean; onLine: (raw: string) => void; onLog: (entry: string) => void },
  ) {
    this.masks = masks
    this.options = options
  }

  /** Reads a stream to its end, line by line; a lone carriage return ends a line too, as in .NET. */
  async read(stream: OutputLine['stream'], readable: Readable): Promise<void> {
    const decoder = new StringDecoder('utf8')
    let rest = ''
    for await (const chunk of readable) {
      rest += decoder.write(chunk)
      // A carriage return at the very end may be half of a line end.
      const lines = rest.split(/\r\n|\n|\r(?!$)/)
      rest = lines.pop() ?? ''
      for (const line of lines) this.take(stream, line)
    }
    rest += decoder.end()
    if (rest !== '') for (const line of rest.replace(/\r$/, '').split('\r')) this.take(stream, line)
  }

  private take(stream: OutputLine['stream'], text: string): void {
    this.lines.push({ stream, text })
    const command = this.parser.parse(text)
    if (command === undefined) this.show(text)
    else this.carryOut(command)
    this.options.onLine(text)
  }

  private carryOut({ name, properties, data }: WorkflowCommand): void {
    switch (name) {
      case 'add-mask':
        this.masks.add(data)
        break
      case 'notice':
      case 'warning':
      case 'error': {
        const title = this.masks.apply(properties['title'] ?? '')
        this.annotations[name].push({ title, message: this.masks.apply(data) })
        this.show(`##[${name}]${data}`)
        break
      }
      case 'debug':
        if (this.options.debug) this.show(`##[debug]${data}`)
        break
      case 'group':
        this.openGroup = { title: this.masks.apply(data), lines: [] }
        this.groups.push(this.openGroup)
        this.enter(`##[group]${data}`)
        break
      case 'endgroup':
        this.openGroup = undefined
        this.enter('##[endgroup]')
        break
      case 'set-output':
        this.outputs[properties['name'] ?? ''] = data
        break
      case 'save-state':
        this.state[properties['name'] ?? ''] = data
        break
      case 'set-env':
      case 'add-path':
        throw new Error(`The ${name} command is disabled in the runner.`)
    }
  }

  private show(text: string): void {
    this.openGroup?.lines.push(this.masks.apply(text))
    this.enter(text)
  }

  private enter(text: string): void {
    const entry = this.masks.apply(text)
    this.log.push(entry)
    this.options.onLog(entry)
  }
}
