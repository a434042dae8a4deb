import v8 from 'node:v8'
import vm from 'node:vm'

let collect: (() => void) | undefined

/** Two full collections (S2-7): the second frees what finalizers of the first let go. About 5 ms each: never on a query's path. */
export function collectGarbage(): void {
  if (!collect) {
    v8.setFlagsFromString('--expose-gc')
    collect = vm.runInNewContext('gc') as () => void
  }
  collect()
  collect()
}
