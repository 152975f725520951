import { memoryStore } from '../memory/memory-store'
import { storeContract } from './store-contract'

storeContract('memoryStore', async () => memoryStore({ now: () => new Date() }))
