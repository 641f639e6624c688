/** Every case of the casebook has a test of its name, and a golden pair or a scenario: what went wrong elsewhere is played here. */
import { globSync, readdirSync, readFileSync } from 'node:fs'
import { expect, it } from 'vitest'

/** The areas of the casebook and how many cases each has. */
const AREAS = { INV: 8, REC: 8, TIM: 6, LOS: 9, SRV: 8 } as const
const IDS = Object.entries(AREAS).flatMap(([area, count]) =>
  Array.from({ length: count }, (_, index) => `${area}-${index + 1}`),
)

const root = new URL('../', import.meta.url)
const golden = new URL('golden/', root)
const folders = readdirSync(golden).flatMap((kind) => readdirSync(new URL(`${kind}/`, golden)))
const tests = globSync('**/*.test.ts', { cwd: root }).filter((path) => !path.endsWith('casebook.test.ts'))

/** Titles that begin with ids: `INV-6, INV-7: names its organizer`. */
function titled(paths: readonly string[]): Set<string> {
  const ids = new Set<string>()
  for (const path of paths) {
    const text = readFileSync(new URL(path.replaceAll('\\', '/'), root), 'utf8')
    for (const [, heads = ''] of text.matchAll(/['"`]((?:[A-Z]{3}-\d(?:, )?)+):/g))
      for (const id of heads.split(', ')) ids.add(id)
  }
  return ids
}

it('has a test named after every case', () => {
  const named = titled(tests)
  expect(IDS.filter((id) => !named.has(id))).toEqual([])
})

/** SRV-3 needs TLS and a sign-in handshake, which no scenario has: it is played against a TLS server of its own. */
const HANDSHAKES = /ntlm|spnego|kerberos|tls/

it('has a golden pair or a scenario of every case', () => {
  const played = titled(tests.filter((path) => path.startsWith('scenario') || HANDSHAKES.test(path)))
  const paired = new Set(folders.map((name) => /^([a-z]{3}-\d)-/.exec(name)?.[1]?.toUpperCase()))
  expect(IDS.filter((id) => !played.has(id) && !paired.has(id))).toEqual([])
})

it('has golden pairs of all cases that are about mapping', () => {
  const paired = new Set(folders.map((name) => /^([a-z]{3}-\d)-/.exec(name)?.[1]?.toUpperCase()))
  const mapping = IDS.filter((id) => /^(INV|REC|TIM)/.test(id) || id === 'SRV-5' || id === 'SRV-6')
  expect(mapping.filter((id) => !paired.has(id))).toEqual([])
})
