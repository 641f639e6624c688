/** Time and chance are passed in, so that the engine can be simulated and a seed reproduces a run. */

/** Milliseconds since the epoch. */
export type Clock = { nowMs(): number; sleep(ms: number, signal?: AbortSignal): Promise<void> }

/** `uuid()` gives a random UUID (version 4), `fraction()` a number in [0, 1). */
export type Random = { uuid(): string; fraction(): number }

/** Acts again and again after so many milliseconds, until the function that it gives is called. Measured by the machine, not by the clock that people set. */
export type Every = (ms: number, act: () => void) => () => void
