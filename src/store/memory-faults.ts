import type { Store } from './store'

/** The methods of a store that ask it for something. */
export type StoreOperation = Exclude<keyof Store, 'name' | 'maxParts' | 'close'>

/** Before an operation takes effect, or after it did and before its caller hears of it (a lost reply). */
export type Moment = 'before' | 'after'

/** Which operations fail, and how. */
export class FaultScript {
  #faults: Fault[] = []

  add(fault: Fault): void {
    this.#faults.push(fault)
  }

  clear(): void {
    this.#faults = []
  }

  /** Throws what was scripted for this moment of this operation. */
  pass(operation: StoreOperation, key: string, moment: Moment): void {
    const fault = this.#faults.find(
      each => each.operation === operation && each.moment === moment && key.search(each.keyPattern) >= 0,
    )
    if (fault === undefined) return
    if (fault.isOnce) this.#faults = this.#faults.filter(other => other !== fault)
    throw fault.error
  }
}

interface Fault {
  operation: StoreOperation
  keyPattern: RegExp
  error: Error
  moment: Moment
  isOnce: boolean
}
