declare module 'proper-lockfile' {
  export interface LockOptions {
    stale?: number
    update?: number
    realpath?: boolean
    lockfilePath?: string
    onCompromised?: (error: Error) => void
  }
  /** Rejects with code ELOCKED while another process holds the lock. */
  export function lock(file: string, options?: LockOptions): Promise<() => Promise<void>>
}
