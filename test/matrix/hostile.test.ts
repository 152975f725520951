import { databaseAt } from '../hostile/sql/database-under-test'
import { importMembers } from '../hostile/sql/members'
import { onServers } from './servers'

onServers('hostile SQL, and what must still come back', ({ within, services }) => {
  importMembers(async () => databaseAt(within, services.mysql.socket))
})
