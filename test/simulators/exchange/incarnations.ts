/** Tells mailboxes apart that had the same address one after the other, or have it in different organisations: all their ids differ. */
export class Incarnations {
  readonly #organisation: string
  readonly #times = new Map<string, number>()

  constructor(organisation: string) {
    this.#organisation = organisation
  }

  /** Another one at each call for the same address. */
  next(email: string): string {
    const times = (this.#times.get(email.toLowerCase()) ?? 0) + 1
    this.#times.set(email.toLowerCase(), times)
    return `${this.#organisation}${times === 1 ? '' : times}`
  }
}
