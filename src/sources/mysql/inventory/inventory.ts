import type { ListedTrait } from '../traits/trait'
/** The two products. */
export type Flavor = 'mariadb' | 'mysql'

/** What the database server lists, read from `information_schema` before the dump begins. */
export interface Inventory {
  server: { flavor: Flavor; version: string }
  /** The first line of the dump tool's `--version`. */
  dumpTool: string
  /** `CURRENT_USER()`: `backup@localhost`. */
  user: string
  /** The lines of `SHOW GRANTS` for a fresh login, without password hashes. */
  grants: { lines: string[]; partialRevokes: boolean }
  accounts: AccountRights
  /** Values of the server's settings, by name; absent unless asked for. */
  settings?: ReadonlyMap<string, string>
  databases: DatabaseInventory[]
}

export interface DatabaseInventory {
  name: string
  characterSet: string
  collation: string
  tables: ListedTable[]
  triggers: { name: string; table: string }[]
  /** `kind` in lower case: procedure, function, package, package body. `isReadable`: the user may see its text. */
  routines: { name: string; kind: string; isReadable: boolean }[]
  events: string[]
  /** Of its views, triggers, routines and events: `user@host`, or the name of a role. */
  definers: string[]
  /** Objects with code that the database client and the server read differently: `procedure total`. */
  ambiguous: string[]
  /** Absent unless asked for. */
  traits?: ListedTrait[]
  remarks?: Remark[]
}

export const remarkKinds = ['unwritable'] as const

/** What matters about an object of a database for its dump, or for a restore of it. */
interface Remark {
  /** `unwritable`: the dump tool is that of the other product, which does not write this so that it can be read. */
  about: (typeof remarkKinds)[number]
  /** In lower case: table, view, trigger, procedure … */
  kind: string
  name: string
  /** What the server says of it; '' for nothing. */
  text: string
}

export interface ListedTable {
  name: string
  kind: 'table' | 'view' | 'sequence'
  /** A table of MariaDB that keeps its history. */
  isVersioned?: boolean
  /** '' for views. */
  engine: string
  /** The server's own estimate of data and indexes; 0 when it has none. */
  sizeBytes: number
}

/** Rights of an account, as the server keeps them in the tables of the schema `mysql`, none of which has a password. */
export interface AccountRight {
  /** As in the table: a pattern, where it is on a whole database; undefined: on all (`*.*`). */
  database: string | undefined
  /** `user@host`, or the name of a role of MariaDB. */
  account: string
  /** '' for the whole database. */
  object: { kind: '' | 'TABLE' | 'PROCEDURE' | 'FUNCTION' | 'PACKAGE' | 'PACKAGE BODY'; name: string }
  /** Undefined for all columns. */
  column: string | undefined
  privileges: readonly string[]
  isGrantable: boolean
}

export interface RoleMember {
  role: string
  member: string
}

/** What the login may see of other accounts. */
export interface AccountRights {
  /** The tables that it could read. */
  seen: ReadonlySet<string>
  rights: readonly AccountRight[]
  /** Who has which role, each as `AccountRight.account`. */
  roles: readonly RoleMember[]
  /** Roles that are active after the login. */
  defaultRoles: readonly RoleMember[]
  /** By account: how it logs in, where that is without a password. */
  plugins: ReadonlyMap<string, string>
}
