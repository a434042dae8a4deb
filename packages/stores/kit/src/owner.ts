import { existsSync } from 'node:fs'
import path from 'node:path'
import type { Namespace } from './namespace.ts'

/** Whose an index on a server is. It lives as long as one of the folders. */
export interface Owner {
  machine: string
  folders: string[]
}

/** `index` is the folder that the workspace is a copy of, or will be copied to. */
export function ownerOf({ folder, machine }: Namespace, index: string | undefined): Owner {
  return { machine, folders: [folder, ...(index === undefined ? [] : [path.resolve(index)])] }
}

/** Whether all folders of an index are gone from this machine. Of another machine nothing can be said. */
export const isOrphan = ({ machine, folders }: Owner, here: Namespace): boolean =>
  machine === here.machine && !folders.some((folder) => existsSync(folder))
