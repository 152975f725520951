import { join } from 'node:path'

/** Encrypts all that the scenarios back up; some read what is stored as it is, and do not hold then. */
export const isEncrypted = process.env['MAKE_A_BACKUP_ENCRYPTED'] === 'yes'

/** The private key of the tests, as `age-keygen` writes it. */
export const ageKeyFile = join(__dirname, 'age-key.txt')
