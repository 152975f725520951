/**
 * How the client tools on the server reach the database. Everything undefined: the server's own client configuration
 * (`~/.my.cnf`, socket login) is used.
 */
export interface DatabaseAccess {
  user?: string
  /** May be empty only when a user is given. No NUL, no line break. */
  password?: string
  host?: string
  port?: number
  socket?: string
}
