import { z } from 'zod'

const chains = z.object({
  artifacts: z.array(z.object({ key: z.string(), chain: z.array(z.object({ key: z.string() })).default([]) })),
})

/** The keys of the archives of a recovery point, in the order in which they are unpacked. */
export function parseChains(text: string): string[] {
  return chains.parse(JSON.parse(text)).artifacts.flatMap(({ chain, key }) => [...chain.map(base => base.key), key])
}
