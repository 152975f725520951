import { openDatabaseUnderTest } from './database-under-test'
import { importMembers } from './members'

describe('the import of a dump', () => importMembers(() => openDatabaseUnderTest()))
