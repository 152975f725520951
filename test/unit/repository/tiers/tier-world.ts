import type { Manifest } from '../../../../src/repository/manifest/manifest'
import { type Tier, type TierKeep, tierOf } from '../../../../src/repository/names/tier-name'
import { type KeptTiers, keepTiers } from '../../../../src/repository/tiers/tiers'
import { type Content, prefix, World } from '../ring'

export const none: TierKeep = { daily: 0, weekly: 0, monthly: 0, yearly: 0 }

/** A ring with tiers beside it, on the memory store. */
export class TierWorld extends World {
  /** Moves the clock on to this moment. */
  goTo(time: string): void {
    this.pass(Date.parse(time) - this.clock.now().getTime())
  }

  /** Publishes a recovery point in the ring's slot. `changes`: what its manifest says otherwise. */
  async take(contents: Content[], at = 'running', changes: Partial<Manifest> = {}): Promise<Manifest> {
    const prepared = await this.prepare(contents, at)
    const { timezone = 'UTC' } = changes
    return (await this.publish({ ...prepared, timezone })).manifest
  }

  keep(manifest: Manifest, keep: Partial<TierKeep>): Promise<KeptTiers> {
    return keepTiers(this.repository, { manifest, keep: { ...none, ...keep }, clock: this.clock })
  }

  /** One run on a good day: a recovery point at this moment, and the tiers after it. */
  async run(time: string, keep: Partial<TierKeep>, contents = rows(time)): Promise<KeptTiers> {
    this.goTo(time)
    return this.keep(await this.take(contents), keep)
  }

  /** Names of the entries that have a manifest, oldest first. */
  entries(tier?: Tier): string[] {
    return this.store.keys().flatMap(key => {
      const name = key.slice(prefix.length + 1, -'.manifest.json'.length)
      const found = key.endsWith('.manifest.json') ? tierOf(name) : undefined
      return found !== undefined && (tier === undefined || found === tier) ? [name] : []
    })
  }

  /** Objects in the tiers that no manifest there names. */
  strays(): string[] {
    const named = this.entries().flatMap(name => this.manifest(name).artifacts.map(({ key }) => key))
    return this.tierKeys().filter(key => !key.endsWith('.manifest.json') && !named.includes(key))
  }

  tierKeys(): string[] {
    return this.store.keys().filter(key => /^running-backups\/(daily|weekly|monthly|yearly)\//.test(key))
  }

  /** Every object outside the tiers, byte for byte. */
  ring(): [string, string][] {
    const tierKeys = new Set(this.tierKeys())
    return [...this.photograph()].filter(([key]) => !tierKeys.has(key))
  }
}

export function rows(text: string): Content[] {
  return [
    { name: 'database', parts: [`rows of ${text}`] },
    { name: 'codebase', parts: [`files of ${text}`] },
  ]
}
