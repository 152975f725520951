/** Why a database server takes no login, or no statement from this one. */
export interface LoginError {
  codes: readonly number[]
  /** A whole sentence. */
  meaning: string
  advice: string
}

/** Error numbers: the error references of MySQL and MariaDB. Their texts have no values of rows. */
export const loginErrors: readonly LoginError[] = [
  {
    codes: [1820, 1862],
    meaning: 'The password of the database user has expired.',
    advice:
      'Give the user a password that does not expire, as an administrator of the database (ALTER USER … IDENTIFIED BY \'…\' PASSWORD EXPIRE NEVER), and put the same into "mysql-password" or ~/.my.cnf.',
  },
  {
    codes: [3118, 4151],
    meaning: 'The account of the database user is locked.',
    advice:
      'Unlock it, as an administrator of the database (ALTER USER … ACCOUNT UNLOCK), or use another one: "mysql-user".',
  },
  {
    codes: [1040, 1203],
    meaning: 'The database server takes no more connections.',
    advice:
      'Run this at another time than what takes them all (SHOW PROCESSLIST shows which), or raise max_connections, or max_user_connections of this user.',
  },
  {
    codes: [1226],
    meaning: 'The database user has used up what its account may do in an hour, or its connections.',
    advice: 'Use another user for this, or raise the limits of its account (ALTER USER … WITH MAX_QUERIES_PER_HOUR 0).',
  },
  {
    codes: [1129],
    meaning: 'The database server has blocked the machine that SSH connects to, after too many failed connections.',
    advice:
      'Run this as an administrator of the database: FLUSH HOSTS (MySQL 8 and 9: TRUNCATE performance_schema.host_cache)',
  },
  {
    codes: [1130],
    meaning: 'The database server takes no login from the machine that SSH connects to.',
    advice: 'Create the database user for that machine, or check "mysql-host" and "mysql-socket".',
  },
  {
    codes: [1251, 1275, 1524, 2058, 2059, 2061],
    meaning: 'The database client on the server cannot log in in the way that this account asks for.',
    advice:
      'Use a client of the product and version of the server, or TLS or the socket ("mysql-socket"), or give the account another plugin (ALTER USER … IDENTIFIED WITH …).',
  },
  {
    codes: [3159, 4166],
    meaning: 'The database server takes logins over TLS or the socket only.',
    advice: 'Set "mysql-socket" where the database is on the server itself, or switch TLS on for the client.',
  },
  {
    codes: [1047, 1053, 1079, 3032],
    meaning: 'The database server is starting, stopping or set offline.',
    advice: 'Wait until it is in normal operation again; its error log and "SHOW STATUS" say what it is doing.',
  },
]
