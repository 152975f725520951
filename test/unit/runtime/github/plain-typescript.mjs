// Lets Node run the sources as they are: it takes the types out by itself, but does not guess an extension.
import { registerHooks } from 'node:module'

registerHooks({
  resolve(specifier, context, nextResolve) {
    const isOurs = specifier.startsWith('.') && context.parentURL?.endsWith('.ts')
    return nextResolve(isOurs ? `${specifier}.ts` : specifier, context)
  },
})
