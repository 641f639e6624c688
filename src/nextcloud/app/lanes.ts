/** Lets a bounded number of things happen at once, in the order in which they came; the width can be reduced on the way. */

export type Lanes = {
  run<T>(work: () => Promise<T>): Promise<T>
  narrow(width: number): void
}

export function createLanes(widthMax: number): Lanes {
  let width = widthMax
  let active = 0
  const waiting: (() => void)[] = []
  const next = () => {
    while (active < width && waiting.length > 0) {
      active += 1
      waiting.shift()?.()
    }
  }
  return {
    async run(work) {
      await new Promise<void>((resolve) => {
        waiting.push(resolve)
        next()
      })
      try {
        return await work()
      } finally {
        active -= 1
        next()
      }
    },
    narrow(to) {
      width = Math.max(1, Math.min(width, to))
    },
  }
}
