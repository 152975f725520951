import type { RunningServices } from '../../test/servers/services'
import type { BenchOptions } from './options'

/** What every measurement is given. */
export interface BenchPlace {
  services: RunningServices
  options: BenchOptions
  /** For data; goes away with the servers. */
  folder: string
  say(text: string): void
}
