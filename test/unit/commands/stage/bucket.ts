import type { MemoryStore } from '../../../memory/memory-store'

/** Keys of uploads that were begun and neither completed nor dropped. */
export async function openUploads(store: MemoryStore): Promise<string[]> {
  const keys: string[] = []
  for await (const { key } of store.listUploads('')) keys.push(key)
  return keys
}

/** An object as JSON; undefined when there is none. */
export function jsonIn(store: MemoryStore, key: string): unknown {
  const bytes = store.bytes(key)
  return bytes === undefined ? undefined : JSON.parse(bytes.toString('utf8'))
}

/** Every object with its bytes, to see whether anything has changed. */
export function held(store: MemoryStore): Record<string, string> {
  return Object.fromEntries(store.keys().map(key => [key, store.bytes(key)?.toString('base64') ?? '']))
}
