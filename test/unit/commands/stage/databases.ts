import { existsSync } from 'node:fs'
import { mkdir, readFile, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'

/** The databases of a stage: what the stand-ins in `programs/` show as a server of MariaDB. */
export interface Databases {
  /** Makes a database, or replaces what is in it; an object a line. */
  put(name: string, objects?: readonly string[]): Promise<void>
  remove(name: string): Promise<void>
  /** What is in it, in a fixed order; undefined when it is not there. */
  objects(name: string): Promise<string[] | undefined>
  /**
   * The next call of this kind fails, with this on its standard error; a dump behind its last byte, an import behind its first object, a
   * `create` when what was there is dropped.
   */
  failNext(call: 'dump' | 'import' | 'sql' | 'create', name: string, error: string): Promise<void>
  /** All SQL that was not an import, as the client got it. */
  statements(): Promise<string>
}

export async function databasesIn(folder: string): Promise<Databases> {
  await mkdir(join(folder, 'faults'), { recursive: true })
  const sqlOf = (name: string) => join(folder, name, 'sql')
  const databases: Databases = {
    put: async (name, objects = []) => {
      await mkdir(join(folder, name), { recursive: true })
      await writeFile(join(folder, name, 'defaults'), 'utf8mb4\tutf8mb4_general_ci\n')
      await writeFile(sqlOf(name), objects.map(object => `${object}\n`).join(''))
    },
    remove: name => rm(join(folder, name), { recursive: true }),
    objects: async name => {
      if (!existsSync(sqlOf(name))) return undefined
      const lines = (await readFile(sqlOf(name), 'utf8')).split('\n')
      return lines.filter(line => line !== '').sort()
    },
    failNext: (call, name, error) => writeFile(join(folder, 'faults', `${call}.${name}`), `${error}\n`),
    statements: async () => readFile(join(folder, 'statements'), 'utf8'),
  }
  await databases.put('mysql')
  return databases
}

export function aTable(name: string): string {
  return `CREATE TABLE \`${name}\` (\`id\` int NOT NULL, \`text\` varchar(20000)) ENGINE=InnoDB;`
}

export function someRows(table: string, ...texts: string[]): string {
  return `INSERT INTO \`${table}\` VALUES ${texts.map((text, id) => `(${id},'${text}')`).join(',')};`
}

export function aView(name: string): string {
  return `/*!50001 DROP VIEW IF EXISTS \`${name}\`*/; /*!50001 CREATE ALGORITHM=UNDEFINED */ /*!50013 DEFINER=\`root\`@\`localhost\` SQL SECURITY DEFINER */ /*!50001 VIEW \`${name}\` AS select 1 AS \`id\` */;`
}

export function anEvent(name: string): string {
  return `/*!50106 CREATE*/ /*!50117 DEFINER=\`root\`@\`localhost\`*/ /*!50106 EVENT \`${name}\` ON SCHEDULE EVERY 1 DAY ON COMPLETION NOT PRESERVE ENABLE DO delete from orders */;`
}

/** The server lists it, and no dump has it. */
export function aHiddenTable(name: string): string {
  return `LISTED ONLY: ${aTable(name)}`
}
