/**
 * Secrets from three places: `X` (the value), `X_FILE` (a file's content) or `X_COMMAND` (what a command prints), exactly one of them.
 * So that a password can stay in a vault, a mounted file or a keyring, and never has to stand in `.env`.
 */
import { spawnSync } from 'node:child_process'
import { readFileSync, statSync } from 'node:fs'
import { resolve } from 'node:path'
import { SECRET_BYTES_MAX, SECRET_COMMAND_TIMEOUT_MS } from '../limits.ts'
import { ConnectorError } from '../ports/errors.ts'

export type SecretSource = Readonly<Record<string, string | undefined>>
export type SecretForm = 'value' | 'file' | 'command'
/** `warning` is for the administrator: a file that other users of the machine can read. */
export type ResolvedSecret = { value: string; form: SecretForm; warning: string | null }

export const SECRET_SUFFIXES = ['_FILE', '_COMMAND'] as const

function refuse(key: string, reason: string): never {
  throw new ConnectorError('config.secret', { key, reason })
}

/**
 * A warning when other users of the machine can read a file with secrets. Files under /run/secrets are mounted by container
 * runtimes, readable by all inside that container, as intended.
 */
export function modeWarning(key: string, path: string): string | null {
  if (path.startsWith('/run/secrets/') || process.platform === 'win32') return null
  const mode = statSync(path).mode & 0o777
  if ((mode & 0o077) === 0) return null
  return `${key}: ${path} can be read by other users of this machine (mode ${mode.toString(8)}); run: chmod 600 ${path}`
}

function fromFile(key: string, path: string): ResolvedSecret {
  try {
    if (statSync(path).size > SECRET_BYTES_MAX) refuse(key, `the file ${path} is larger than ${SECRET_BYTES_MAX} bytes`)
    return { value: readFileSync(path, 'utf8'), form: 'file', warning: modeWarning(key, path) }
  } catch (error) {
    if (error instanceof ConnectorError) throw error
    const code = (error as NodeJS.ErrnoException).code ?? 'unknown'
    return refuse(key, `the file ${path} cannot be read (${code})`)
  }
}

/** The command's own output is never shown: it may hold the secret. */
function fromCommand(key: string, command: string, options: { baseDir: string; timeoutMs: number }): ResolvedSecret {
  const done = spawnSync(command, {
    shell: true,
    cwd: options.baseDir,
    encoding: 'utf8',
    timeout: options.timeoutMs,
    killSignal: 'SIGKILL',
    maxBuffer: SECRET_BYTES_MAX,
    stdio: ['ignore', 'pipe', 'ignore'],
  })
  const code = (done.error as NodeJS.ErrnoException | undefined)?.code
  if (code === 'ETIMEDOUT') refuse(key, `the command did not end within ${options.timeoutMs / 1000} s`)
  if (code === 'ENOBUFS') refuse(key, `the command printed more than ${SECRET_BYTES_MAX} bytes`)
  if (code !== undefined) refuse(key, `the command could not be started (${code})`)
  if (done.status !== 0) refuse(key, `the command ended with ${done.status ?? done.signal}`)
  return { value: done.stdout, form: 'command', warning: null }
}

/**
 * The secret `name` from `source` (an environment, or an object of a JSON file), or null when none of its three forms is there.
 * One line end after a file's or a command's text is dropped. Relative paths start at `baseDir`.
 * Throws ConnectorError `config.secret` with `key` and `reason`: two forms at once, empty, unreadable, failed, too slow.
 */
export function resolveSecret(
  name: string,
  source: SecretSource,
  options: { baseDir: string; timeoutMs?: number },
): ResolvedSecret | null {
  const given = ['', ...SECRET_SUFFIXES].map((suffix) => name + suffix).filter((key) => source[key] !== undefined)
  const [key, second] = given
  if (key === undefined) return null
  if (second !== undefined) refuse(name, `given twice, as ${given.join(' and ')}; keep exactly one`)
  const text = source[key] ?? ''
  if (text.trim() === '') refuse(key, 'is empty; set it or remove the line')
  const timeoutMs = options.timeoutMs ?? SECRET_COMMAND_TIMEOUT_MS
  if (key === name) return { value: text, form: 'value', warning: null }
  const found = key.endsWith('_FILE')
    ? fromFile(key, resolve(options.baseDir, text))
    : fromCommand(key, text, { baseDir: options.baseDir, timeoutMs })
  const value = found.value.replace(/\r?\n$/, '')
  if (value.trim() === '') refuse(key, found.form === 'file' ? 'the file is empty' : 'the command printed nothing')
  return { ...found, value }
}
