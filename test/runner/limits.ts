import type { Annotation, AnnotationKind } from './output-reader'

const mebibyte = 1024 * 1024

/**
 * Throws when a step goes past what GitHub keeps: a summary of 1 MiB (more: dropped whole), outputs of 1 MB (counted as
 * UTF-16), ten annotations of a kind (more: not shown), 4096 characters in each (more: cut).
 */
export function assertLimits(step: {
  annotations: Readonly<Record<AnnotationKind, readonly Annotation[]>>
  outputs: Readonly<Record<string, string>>
  summary: string
}): void {
  const broken: string[] = []
  const summaryBytes = Buffer.byteLength(step.summary)
  if (summaryBytes > mebibyte) broken.push(`a job summary of ${summaryBytes} bytes`)
  const outputBytes = Object.entries(step.outputs).reduce(
    (sum, [name, value]) => sum + 2 * (name.length + value.length),
    0,
  )
  if (outputBytes > mebibyte) broken.push(`outputs of ${outputBytes} bytes`)
  for (const [kind, annotations] of Object.entries(step.annotations)) {
    if (annotations.length > 10) broken.push(`${annotations.length} annotations of kind ${kind}`)
    for (const { title, message } of annotations) {
      if (message.length > 4096) broken.push(`a ${kind} of ${message.length} characters (${title})`)
    }
  }
  if (broken.length > 0) throw new Error(`More than GitHub takes: ${broken.join('; ')}.`)
}
