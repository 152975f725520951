/** How to log in to the database. Empty: by the server's own client configuration (`~/.my.cnf`, socket login). */
export interface DatabaseAccess {
  user?: string
  /** May be empty only when a user is given. No NUL, no line break. */
  password?: string
  host?: string
  port?: number
  socket?: string
  /** Where to connect is in the server's own client configuration, who logs in is not. */
  isConfigured?: boolean
}
