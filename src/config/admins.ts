/** The service accounts that may act for all mailboxes: `admins.json`, or a folder with several such files. */
import { readdirSync, readFileSync, statSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { ConnectorError } from '../ports/errors.ts'
import { jsonFault } from '../ports/json-fault.ts'
import { type Admin, adminOf, SHAPES } from './admin.ts'
import { nearest } from './nearest.ts'
import { modeWarning, resolveSecret, type SecretSource } from './secret.ts'

export type { Admin } from './admin.ts'
export type Admins = { admins: readonly Admin[]; warnings: readonly string[] }

type Collected = { admins: Admin[]; warnings: string[]; problems: string[] }

function fileError(path: string, error: unknown): never {
  const reason = (error as NodeJS.ErrnoException).code ?? 'unreadable'
  throw new ConnectorError('config.file', { path, reason }, error)
}

/** The file, or the `.json` files of the folder by name. Throws ConnectorError `config.file`. */
export function adminFiles(path: string): string[] {
  try {
    if (!statSync(path).isDirectory()) return [path]
    const names = readdirSync(path).filter((name) => name.endsWith('.json'))
    return names.sort().map((name) => join(path, name))
  } catch (error) {
    return fileError(path, error)
  }
}

/** Numbers, lists and null are refused by name: "Password": 1234 would lose leading zeros. */
function texts(value: unknown, where: string, into: Collected): SecretSource | null {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    into.problems.push(`${where}: must be an object such as {"Username": "...", "Password": "..."}`)
    return null
  }
  const wrong = Object.entries(value).filter(([, field]) => typeof field !== 'string')
  for (const [key] of wrong) into.problems.push(`${where}: ${key} must be a text in quotation marks`)
  return wrong.length > 0 ? null : (value as SecretSource)
}

function readAdmin(value: unknown, context: { where: string; path: string }, into: Collected): void {
  const { where } = context
  const baseDir = dirname(context.path)
  const source = texts(value, where, into)
  if (source === null) return
  const onPremises = Object.keys(source).some((key) => /^(username|password|keytab|credentialcache)/i.test(key))
  const inCloud = Object.keys(source).some((key) => /^(appid|clientsecret|tenantid|certificate)/i.test(key))
  if (onPremises && inCloud) {
    into.problems.push(`${where}: mixes an account (Username, Password) and an application (AppId, ClientSecret)`)
    return
  }
  const kind = inCloud ? 'cloud' : 'on-premises'
  const shape = SHAPES[kind]
  const known = [
    shape.id,
    shape.secret,
    `${shape.secret}_FILE`,
    `${shape.secret}_COMMAND`,
    ...shape.instead,
    ...shape.more,
  ]
  for (const key of Object.keys(source).filter((key) => !known.includes(key))) {
    const near = nearest(key, known)
    into.problems.push(`${where}: ${key} is not a known field${near === null ? '' : `; did you mean ${near}?`}`)
  }
  const id = source[shape.id]?.trim()
  if (!id) into.problems.push(`${where}: ${shape.id} is missing or empty`)
  const instead = shape.instead.filter((key) => source[key])
  try {
    const found = resolveSecret(shape.secret, source, { baseDir })
    if (found === null && instead.length === 0)
      into.problems.push(`${where}: ${shape.secret} is missing (also ${shape.secret}_FILE or _COMMAND)`)
    if (instead.length + (found === null ? 0 : 1) > 1)
      into.problems.push(`${where}: only one of ${[shape.secret, ...shape.instead].join(', ')} may be given`)
    const warning = found?.form === 'value' ? modeWarning('Passwords', context.path) : found?.warning
    if (warning && !into.warnings.includes(warning)) into.warnings.push(warning)
    if (id) into.admins.push(adminOf({ kind, id, secret: found?.value ?? null, source, baseDir }))
  } catch (error) {
    if (!(error instanceof ConnectorError)) throw error
    into.problems.push(`${where}: ${error.fields.key}: ${error.fields.reason}`)
  }
}

function readFile(path: string, into: Collected): void {
  let list: unknown
  let text = ''
  try {
    text = readFileSync(path, 'utf8').replace(/^\uFEFF/, '')
    list = JSON.parse(text)
  } catch (error) {
    if (error instanceof SyntaxError) into.problems.push(`${path}: ${jsonFault(text)}`)
    else fileError(path, error)
    return
  }
  if (!Array.isArray(list)) {
    into.problems.push(`${path}: must be a list: [{"Username": "...", "Password": "..."}]`)
    return
  }
  for (const [index, value] of list.entries()) readAdmin(value, { where: `${path}, entry ${index + 1}`, path }, into)
}

function checkTogether(path: string, into: Collected): void {
  if (into.problems.length > 0) return
  if (into.admins.length === 0) into.problems.push(`${path}: names no service account`)
  const kinds = new Set(into.admins.map((admin) => admin.kind))
  if (kinds.size > 1)
    into.problems.push(`${path}: mixes accounts (on premises) and applications (cloud); keep one kind`)
  const seen = new Set<string>()
  for (const { name } of into.admins) {
    if (seen.has(name.toLowerCase())) into.problems.push(`${path}: ${name} is listed twice`)
    seen.add(name.toLowerCase())
  }
}

/** All service accounts of a file or a folder. Throws ConnectorError `config.file` (unreadable) or `config.invalid` with every problem. */
export function loadAdmins(path: string): Admins {
  const into: Collected = { admins: [], warnings: [], problems: [] }
  for (const file of adminFiles(path)) readFile(file, into)
  checkTogether(path, into)
  if (into.problems.length > 0)
    throw new ConnectorError('config.invalid', { count: into.problems.length, problems: into.problems.join('\n') })
  return { admins: into.admins, warnings: into.warnings }
}
