import type { TargetDatabase } from '../target/database-target-facts'
import { type RecordedTraits, traitIn } from './trait'

/** MySQL lets only who has this right change these settings, even for the own session. */
export const sessionRight = 'SESSION_VARIABLES_ADMIN'

/** Which settings of the session an import must change to take what the old server has; [] on a server that needs none. */
export function neededSettings(traits: RecordedTraits, { variables }: Pick<TargetDatabase, 'variables'>): string[] {
  const isOn = (name: string) => /^(ON|1)$/i.test(variables.get(name) ?? '')
  const lacksKeys = traitIn(traits, 'no-primary-key') !== undefined
  return [
    ...(traitIn(traits, 'loose-foreign-keys') === undefined ? [] : ['restrict_fk_on_non_standard_key']),
    ...(traitIn(traits, 'wide-rows') === undefined ? [] : ['innodb_strict_mode']),
    ...(lacksKeys ? ['sql_require_primary_key', 'sql_generate_invisible_primary_key'] : []),
  ].filter(isOn)
}
