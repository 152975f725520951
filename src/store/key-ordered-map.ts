/** A map whose keys come in the order of S3. */
export class KeyOrderedMap<V> {
  readonly #values = new Map<string, V>()
  /** The keys in order, until there are others. */
  #keys: readonly string[] | undefined

  keys(): readonly string[] {
    this.#keys ??= [...this.#values.keys()].sort(inKeyOrder)
    return this.#keys
  }

  /** The keys that start with the prefix, in order: they lie side by side. */
  keysUnder(prefix: string): readonly string[] {
    const keys = this.keys()
    let [start, behind] = [0, keys.length]
    while (start < behind) {
      const middle = (start + behind) >> 1
      if (inKeyOrder(keys[middle] ?? '', prefix) < 0) start = middle + 1
      else behind = middle
    }
    let end = start
    while (keys[end]?.startsWith(prefix)) end++
    return keys.slice(start, end)
  }

  get(key: string): V | undefined {
    return this.#values.get(key)
  }

  set(key: string, value: V): void {
    if (!this.#values.has(key)) this.#keys = undefined
    this.#values.set(key, value)
  }

  delete(key: string): void {
    if (this.#values.delete(key)) this.#keys = undefined
  }
}

/** The order of S3: by the bytes of the UTF-8 form. */
export function inKeyOrder(a: string, b: string): number {
  return Buffer.compare(Buffer.from(a), Buffer.from(b))
}
