import type { Store } from '../../src/store/store'
import type { StreamCut } from './memory-object'

/** The methods of a store that ask it for something. */
export type StoreOperation = Exclude<keyof Store, 'name' | 'maxParts' | 'close'>

/** Before an operation takes effect, or after it did and before its caller hears of it (a lost reply). */
export type Moment = 'before' | 'after'

/** How a test makes a store fail. */
export interface Faults {
  /** The next such operation on a key that matches fails. */
  failNext(operation: StoreOperation, keyPattern: RegExp, error: Error, moment?: Moment): void
  /** Every such operation on a key that matches fails, until `heal`. */
  failAlways(operation: StoreOperation, keyPattern: RegExp, error: Error, moment?: Moment): void
  /** The next stream of a key that matches breaks off behind so many bytes. */
  cutNext(keyPattern: RegExp, afterBytes: number, error: Error): void
  heal(): void
}

/** Which operations fail, and how. */
export class FaultScript implements Faults {
  #faults: Fault[] = []
  #cuts: { keyPattern: RegExp; cut: StreamCut }[] = []

  failNext(operation: StoreOperation, keyPattern: RegExp, error: Error, moment: Moment = 'before'): void {
    this.#faults.push({ operation, keyPattern, error, moment, isOnce: true })
  }

  failAlways(operation: StoreOperation, keyPattern: RegExp, error: Error, moment: Moment = 'before'): void {
    this.#faults.push({ operation, keyPattern, error, moment, isOnce: false })
  }

  cutNext(keyPattern: RegExp, afterBytes: number, error: Error): void {
    this.#cuts.push({ keyPattern, cut: { afterBytes, error } })
  }

  heal(): void {
    this.#faults = []
    this.#cuts = []
  }

  /** Throws what was scripted for this moment of this operation. */
  protected pass(operation: StoreOperation, key: string, moment: Moment): void {
    const fault = this.#faults.find(
      each => each.operation === operation && each.moment === moment && key.search(each.keyPattern) >= 0,
    )
    if (fault === undefined) return
    if (fault.isOnce) this.#faults = this.#faults.filter(other => other !== fault)
    throw fault.error
  }

  /** Where the stream of this key that is opened now breaks off; undefined when it does not. */
  protected takeCut(key: string): StreamCut | undefined {
    const found = this.#cuts.find(({ keyPattern }) => key.search(keyPattern) >= 0)
    this.#cuts = this.#cuts.filter(each => each !== found)
    return found?.cut
  }
}

interface Fault {
  operation: StoreOperation
  keyPattern: RegExp
  error: Error
  moment: Moment
  isOnce: boolean
}
