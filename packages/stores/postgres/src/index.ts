import { provider } from './provider.ts'

export { type Limits, limits } from './limits.ts'
export default provider
