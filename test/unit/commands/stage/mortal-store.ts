import type { Store } from '../../../../src/store/store'

/** The store as one run sees it: once that run is dead, nothing that it still asks for happens, or is answered. */
export function mortalStore(store: Store, isDead: () => boolean): Store {
  return new Proxy(store, {
    get(target, name) {
      const value: unknown = Reflect.get(target, name, target)
      if (typeof value !== 'function') return value
      return (...options: unknown[]) => (isDead() ? noAnswer() : value.apply(target, options))
    },
  })
}

/** For those who wait for it, and for those who go through it. */
function noAnswer(): Promise<never> & AsyncIterable<never> {
  const never = () => new Promise<never>(() => {})
  return Object.assign(never(), { [Symbol.asyncIterator]: () => ({ next: never }) })
}
