/** The stage of the walk: a world, an empty folder, a program, and the comparison of what it says with what is kept in test/golden/walk. */
import { spawn } from 'node:child_process'
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { text } from 'node:stream/consumers'
import { expect } from 'vitest'
import { emailOf, passwordOf, startWorld, type World } from '../world.ts'
import type { Checkout } from './checkout.ts'

export const ALICE = emailOf('alice')
const GOLDEN = join(import.meta.dirname, '..', 'golden', 'walk')
const WIDTH = 80
/** Lines that an administrator copies, or that name something long, may be longer. */
const MAY_BE_LONG = /^ *\$ |https?:|\bService__|\/etc\/connector|^ *connector /

export type Form = 'text' | 'json'
type Ran = { exitCode: number; output: string }

export class WalkStage {
  readonly world: World
  readonly form: Form
  readonly folder: string
  /** Every command line that was tried. */
  readonly typed: string[] = []
  readonly #program: Checkout
  /** Ids that differ from run to run, by what stands for them in what is kept. */
  readonly #names = new Map<string, string>()

  private constructor(world: World, form: Form, program: Checkout) {
    this.world = world
    this.form = form
    this.#program = program
    this.folder = mkdtempSync(join(tmpdir(), 'walk-'))
    writeFileSync(join(this.folder, 'exchange.secret'), 'service-password\n', { mode: 0o600 })
    if (process.env.UPDATE_WALK) mkdirSync(GOLDEN, { recursive: true })
  }

  static async open(form: Form, program: Checkout): Promise<WalkStage> {
    return new WalkStage(await startWorld({ people: ['alice'] }), form, program)
  }

  async close(): Promise<void> {
    await this.world.close()
    rmSync(this.folder, { recursive: true, force: true })
  }

  /** Runs it in this form, compares what it says with what is kept, and gives the exit code. */
  async step(name: string, words: readonly string[]): Promise<number> {
    this.typed.push(words.join(' '))
    const { exitCode, output } = await this.run(this.form === 'json' ? [...words, '--json'] : words)
    const settled = this.#settled(output)
    if (this.form === 'json') this.kept(`${name}.json`, settled)
    else this.kept(`${name}.txt`, `$ connector ${this.#settled(words.join(' '))}\n${settled}exit code ${exitCode}\n`)
    return exitCode
  }

  /** What it says as JSON, for the steps that follow. */
  async json<T>(words: readonly string[]): Promise<T> {
    return JSON.parse((await this.run([...words, '--json'])).output) as T
  }

  run(words: readonly string[]): Promise<Ran> {
    return this.#spawn(process.execPath, [this.#program.entry, ...words], this.folder)
  }

  /** As somebody does who has cloned the repository and put nothing into PATH. */
  runByNpm(words: readonly string[]): Promise<Ran> {
    return this.#spawn('npm', ['run', '-s', 'connector', '--', ...words], this.#program.folder)
  }

  kept(file: string, output: string): void {
    const path = join(GOLDEN, file)
    if (process.env.UPDATE_WALK) writeFileSync(path, output)
    // Without a terminal an error is one line each: a program may read it there.
    const [printed = ''] = output.split('--- standard error ---')
    for (const line of file.endsWith('.txt') ? printed.split('\n') : [])
      if (!MAY_BE_LONG.test(line)) expect([...line].length, line).toBeLessThanOrEqual(WIDTH)
    expect(output, file).toBe(readFileSync(path, 'utf8'))
  }

  /** From now on this id is kept under that name. */
  name(id: string, name: string): void {
    this.#names.set(id, name)
  }

  setUser(more: object = {}): void {
    const { davUrl } = this.world.nextcloud
    const user = { Email: ALICE, DavUrl: davUrl, Username: 'alice', AppPassword: passwordOf('alice'), ...more }
    this.write('users.json', JSON.stringify([user]))
  }

  setAdmin(password: string): void {
    this.write('admins.json', JSON.stringify([{ Username: 'svc-sync', Password: password }]))
  }

  write(file: string, contents: string): void {
    writeFileSync(join(this.folder, file), contents, { mode: 0o600 })
  }

  inDatabase(sql: string): void {
    const state = new DatabaseSync(join(this.folder, 'data', 'connector.db'))
    state.exec(sql)
    state.close()
  }

  async #spawn(command: string, words: readonly string[], cwd: string): Promise<Ran> {
    const env = { PATH: process.env.PATH, HOME: process.env.HOME, NO_COLOR: '1', COLUMNS: String(WIDTH) }
    const child = spawn(command, words, { cwd, env, stdio: ['ignore', 'pipe', 'pipe'] })
    const closed = new Promise<number>((resolve) => child.on('close', (code) => resolve(code ?? -1)))
    const [stdout, stderr, exitCode] = await Promise.all([text(child.stdout), text(child.stderr), closed])
    if (this.form === 'json' && stderr !== '') this.#onlyLog(stderr)
    const errors = stderr === '' || this.form === 'json' ? '' : `--- standard error ---\n${stderr}`
    return { exitCode, output: stdout + errors }
  }

  /** With --json everything for programs is on standard output; what may stand beside it are the lines of the log and what init tried. */
  #onlyLog(stderr: string): void {
    for (const line of stderr.trimEnd().split('\n'))
      expect(line).toMatch(/^(\{"level":|Exchange$|Nextcloud$| +[✓!✗-] )/)
  }

  /** What differs from run to run: addresses, ids, times and how long something took. */
  #settled(output: string): string {
    let settled = output.replaceAll(this.folder, '/etc/connector')
    for (const [id, name] of this.#names) settled = settled.replaceAll(id, name)
    return settled
      .replace(/127\.0\.0\.1:\d+/g, 'HOST:PORT')
      .replace(/\d{4}-\d{2}-\d{2}T[\d:.]+Z/g, 'INSTANT')
      .replace(/\d{4}-\d{2}-\d{2} \d{2}:\d{2}(:\d{2})? UTC/g, 'INSTANT')
      .replace(/^( *)\d{4}-\d{2}-\d{2} \d{2}:\d{2}:\d{2}(?= )/gm, '$1INSTANT')
      .replace(
        /"(to|from|needs|knows|version|tookMs|lagMs|latencyMs|median|max|answered|tried|skewMs|retryAfterMs|minutes)": \d+/g,
        '"$1": N',
      )
      .replace(/\b\d+ ms\b/g, 'N ms')
      .replace(/\b(?:less than a minute|\d+ (?:min|h|s|days))\b/g, 'A WHILE')
      .replace(/\b\d+ known$/gm, 'N known')
      .replace(/"\d+ known"/g, '"N known"')
      .replace(/\b2[4-9]\.\d+\.\d+\b/g, 'NODE')
      .replace(/"restMs":\d+/g, '"restMs":N')
      .replace(/\b(schema|knows) \d+/g, '$1 N')
      .replace(/\(schema N -> \d+\)/g, '(schema N -> N)')
      .replace(/needs \d+\)/g, 'needs N)')
      .replace(/pass [0-9a-f]{8}/g, 'pass ID')
      .replace(/\b[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}\b/g, 'ID')
      .replace(/[A-Z0-9]{100,}/g, 'UID')
      .replace(/"(exchange|nextcloud|versionBefore|versionAfter)": "(?:[^"\\]|\\.){8,}"/g, '"$1": "VERSION"')
      .replace(/version: \S+ -> \S+,/g, 'version: VERSION -> VERSION,')
  }
}
