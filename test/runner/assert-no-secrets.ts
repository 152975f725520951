import type { ActionRun, StepRun } from './emulator'
import { encodedForms } from './masks'
import { CommandParser } from './workflow-commands'

/**
 * Throws when a secret shows anywhere in a run: whole, any of its lines of four characters or more, as JSON, URI, XML
 * or base64. Looked at: everything written to stdout and stderr before the runner's masking (but for the `add-mask`
 * commands themselves), outputs, state, exported variables, the summary, and every file left behind with its name.
 */
export function assertNoSecrets(run: ActionRun, secrets: readonly string[]): void {
  const places = [
    ...stepPlaces('main', run.main),
    ...stepPlaces('post', run.post),
    ...run.leftFiles.map(file => ({
      place: file.path,
      text: `${file.path}\n${file.content.toString('latin1')}`,
    })),
  ]
  const found = new Set<string>()
  for (const [index, secret] of secrets.entries()) {
    for (const form of telltales(secret)) {
      const bytes = Buffer.from(form).toString('latin1')
      for (const { place, text } of places) {
        if (text.includes(form) || text.includes(bytes)) found.add(`secret ${index + 1} in ${place}`)
      }
    }
  }
  // The message must not carry what it complains about.
  if (found.size > 0) throw new Error(`A secret leaked: ${[...found].join('; ')}.`)
}

function stepPlaces(name: string, step: StepRun | undefined): { place: string; text: string }[] {
  if (step === undefined) return []
  const parser = new CommandParser()
  const printed = step.lines.filter(({ text }) => parser.parse(text)?.name !== 'add-mask')
  const shown = (values: Readonly<Record<string, string>>) =>
    Object.entries(values)
      .map(([key, value]) => `${key}=${value}`)
      .join('\n')
  return [
    { place: `the output of ${name}`, text: printed.map(line => line.text).join('\n') },
    { place: `the outputs of ${name}`, text: shown(step.outputs) },
    { place: `the state of ${name}`, text: shown(step.state) },
    { place: `the variables exported by ${name}`, text: shown(step.exported) },
    { place: `the summary of ${name}`, text: step.summary },
  ]
}

/** The frame of a private key (`-----BEGIN …-----`) is public. */
function telltales(secret: string): string[] {
  const lines = secret.split(/[\r\n]+/).map(line => line.trim())
  const parts = [secret, ...lines].filter(part => part.length >= 4 && !/^-----[^-]+-----$/.test(part))
  return [...new Set(parts)].flatMap(encodedForms)
}
