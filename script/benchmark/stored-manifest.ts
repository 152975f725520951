import { z } from 'zod'

const manifestSchema = z.object({
  artifacts: z.array(
    z.object({
      name: z.string(),
      key: z.string(),
      bytes: z.number(),
      startedAt: z.coerce.date(),
      finishedAt: z.coerce.date(),
      content: z.object({ bytes: z.number() }),
    }),
  ),
})

/** What the measurements need of an artifact. */
export type Artifact = z.infer<typeof manifestSchema>['artifacts'][number]

export function parseManifest(text: string): Artifact[] {
  return manifestSchema.parse(JSON.parse(text)).artifacts
}

/** From the opening of the stream on the server to its last part in the store. */
export function streamMs({ startedAt, finishedAt }: Artifact): number {
  return finishedAt.getTime() - startedAt.getTime()
}
