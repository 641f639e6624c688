/** The questions of `connector init`, in order: what is asked when, and how an answer is checked. Pure: flags and a terminal answer the same questions. */
import { type Key, specOf } from '../../config/schema.ts'

export type Answers = Readonly<Partial<Record<QuestionName, string>>>

export type QuestionName =
  | 'exchange-type'
  | 'ews-url'
  | 'tenant'
  | 'account'
  | 'account-password'
  | 'users-from'
  | 'nextcloud-url'
  | 'nextcloud-user'
  | 'nextcloud-password'
  | 'shared-secret'
  | 'database'

export type Question = {
  name: QuestionName
  text: string
  kind: 'text' | 'secret' | { choices: readonly { value: string; name: string }[] }
  fallback?: string
  /** Asked only when this holds of the answers before. */
  when?: (answers: Answers) => boolean
  /** Null: it may stand. */
  problem: (answer: string) => string | null
}

const isCloud = ({ 'exchange-type': type }: Answers) => type === '1'
const isApp = ({ 'users-from': from }: Answers) => from === 'app'

function checkedAs(key: Key): (answer: string) => string | null {
  const { schema, allowed } = specOf(key)
  return (answer) => (schema.safeParse(answer).success ? null : `must be ${allowed}`)
}

function nonEmpty(answer: string): string | null {
  return answer.trim() === '' ? 'must not be empty' : null
}

function oneOf(values: readonly string[]): (answer: string) => string | null {
  return (answer) => (values.includes(answer) ? null : `must be one of ${values.join(', ')}`)
}

const TYPES = [
  { value: '3', name: 'on premises, Basic' },
  { value: '4', name: 'on premises, NTLM' },
  { value: '2', name: 'on premises, Kerberos' },
  { value: '1', name: 'Microsoft 365 (OAuth as an application)' },
]
const SOURCES = [
  { value: 'app', name: 'the Nextcloud app (people agree on a page of their settings)' },
  { value: 'file', name: 'a file, users.json (also other CalDAV servers)' },
]

/** `exchange`: asked and tried before the rest. */
export const EXCHANGE_QUESTIONS: readonly Question[] = [
  {
    name: 'exchange-type',
    text: 'How does the connector sign in to Exchange?',
    kind: { choices: TYPES },
    fallback: '3',
    problem: oneOf(TYPES.map(({ value }) => value)),
  },
  {
    name: 'ews-url',
    text: 'Address of Exchange Web Services (https://HOST/EWS/Exchange.asmx)',
    kind: 'text',
    when: (answers) => !isCloud(answers),
    problem: checkedAs('Service__ExchangeConfiguration__EwsUrl'),
  },
  { name: 'tenant', text: 'Tenant (id or domain)', kind: 'text', when: isCloud, problem: nonEmpty },
  { name: 'account', text: 'Service account (in the cloud: id of the application)', kind: 'text', problem: nonEmpty },
  {
    name: 'account-password',
    text: 'Its password (in the cloud: the secret of the application)',
    kind: 'secret',
    problem: nonEmpty,
  },
]

export const NEXTCLOUD_QUESTIONS: readonly Question[] = [
  {
    name: 'users-from',
    text: 'Where do the users come from?',
    kind: { choices: SOURCES },
    fallback: 'app',
    problem: oneOf(SOURCES.map(({ value }) => value)),
  },
  {
    name: 'nextcloud-url',
    text: 'Address of Nextcloud (https://cloud.example.org)',
    kind: 'text',
    problem: checkedAs('Service__NextcloudConfiguration__Url'),
  },
  { name: 'nextcloud-user', text: 'Service account in Nextcloud', kind: 'text', when: isApp, problem: nonEmpty },
  { name: 'nextcloud-password', text: 'App password of that account', kind: 'secret', when: isApp, problem: nonEmpty },
  {
    name: 'shared-secret',
    text: 'Secret shared with the app (shown once on its settings page)',
    kind: 'secret',
    when: isApp,
    problem: (answer) => (answer.length < 32 ? 'is too short: copy the whole secret' : null),
  },
  {
    name: 'database',
    text: 'Database (sqlite:PATH, or postgres://... for several replicas)',
    kind: 'text',
    fallback: specOf('Service__DatabaseConfiguration__ConnectionString').fallback ?? '',
    problem: checkedAs('Service__DatabaseConfiguration__ConnectionString'),
  },
]

export const QUESTIONS: readonly Question[] = [...EXCHANGE_QUESTIONS, ...NEXTCLOUD_QUESTIONS]
