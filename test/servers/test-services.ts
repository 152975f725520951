import { randomBytes } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { mkdtemp } from 'node:fs/promises'
import { join } from 'node:path'
import { z } from 'zod'
import { runSql } from './database/mariadb'
import { makeDocroot } from './docroot'
import { createBucket } from './rgw'
import type { Services } from './services'

/** The variable that carries the path of the JSON file from jest's global set-up to the suites. */
export const servicesVariable = 'MAKE_A_BACKUP_TEST_SERVICES'

const servicesSchema = z.object({
  ssh: z.object({
    host: z.string(),
    port: z.number(),
    user: z.string(),
    privateKey: z.string(),
    knownHosts: z.string(),
    home: z.string(),
  }),
  mysql: z.object({
    socket: z.string(),
    port: z.number(),
    user: z.string(),
    password: z.string(),
    clientConfig: z.string(),
  }),
  s3: z.object({ endpoint: z.string(), accessKey: z.string(), secretKey: z.string() }),
  folder: z.string(),
})

/** The servers that the global set-up of this test run has started. */
export function testServices(): Services {
  const path = process.env[servicesVariable]
  if (path === undefined) throw new Error('No test servers: this suite belongs in contract, integration or scenarios.')
  return servicesSchema.parse(JSON.parse(readFileSync(path, 'utf8')))
}

/** Makes an empty bucket and returns its name. */
export async function freshBucket(services: Services): Promise<string> {
  const bucket = `test-${randomBytes(6).toString('hex')}`
  await createBucket(services.s3, bucket)
  return bucket
}

/** A database name that nobody uses, safe without quotes. */
export function freshDatabaseName(): string {
  return `db_${randomBytes(6).toString('hex')}`
}

/** Makes an empty database and returns its name. */
export async function freshDatabase(services: Services): Promise<string> {
  const name = freshDatabaseName()
  await testSql(services, `CREATE DATABASE ${name} CHARACTER SET utf8mb4`)
  return name
}

/** Runs SQL as root; see `MariadbServer.sql`. */
export function testSql(services: Services, text: string, database?: string): Promise<string> {
  return runSql(services.mysql.clientConfig, text, database)
}

/** Makes an empty folder on the "server" and returns its absolute path. */
export function freshFolder(services: Services): Promise<string> {
  return mkdtemp(join(services.folder, 'folder-'))
}

/** Makes a web root full of awkward things (see `makeDocroot`) and returns its absolute path. */
export async function freshDocroot(services: Services): Promise<string> {
  const folder = join(await freshFolder(services), 'html')
  await makeDocroot(folder)
  return folder
}
