/** The object without its undefined properties, for optional properties under `exactOptionalPropertyTypes`. */
export function defined<T extends object>(facts: T): Defined<T>
export function defined(facts: object): object {
  return Object.fromEntries(Object.entries(facts).filter(([, value]) => value !== undefined))
}

type Defined<T> = { [K in keyof T as undefined extends T[K] ? never : K]: T[K] } & {
  [K in keyof T as undefined extends T[K] ? K : never]?: Exclude<T[K], undefined>
}
