/** A map whose keys come in the order of S3. */
export class KeyOrderedMap<V> {
  readonly #values = new Map<string, V>()
  readonly #keys: string[] = []

  keys(): readonly string[] {
    return this.#keys
  }

  /** The keys that start with the prefix: in order they lie side by side. */
  keysUnder(prefix: string): readonly string[] {
    const start = this.#placeOf(prefix)
    let end = start
    while (this.#keys[end]?.startsWith(prefix)) end++
    return this.#keys.slice(start, end)
  }

  get(key: string): V | undefined {
    return this.#values.get(key)
  }

  set(key: string, value: V): void {
    if (!this.#values.has(key)) this.#keys.splice(this.#placeOf(key), 0, key)
    this.#values.set(key, value)
  }

  delete(key: string): void {
    if (this.#values.delete(key)) this.#keys.splice(this.#placeOf(key), 1)
  }

  /** How many keys come before this one. */
  #placeOf(key: string): number {
    let [start, end] = [0, this.#keys.length]
    while (start < end) {
      const middle = (start + end) >> 1
      if (inKeyOrder(this.#keys[middle] ?? '', key) < 0) start = middle + 1
      else end = middle
    }
    return start
  }
}

/** The order of S3: by the bytes of the UTF-8 form. */
export function inKeyOrder(a: string, b: string): number {
  return Buffer.compare(Buffer.from(a), Buffer.from(b))
}
