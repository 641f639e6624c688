/** The files that the answers of `connector init` make: `.env` with every decision explained, `admins.json`, and an empty `users.json`: nothing is synced before somebody is added. Pure. */
import { envText } from '../../config/env-text.ts'
import type { Answers, QuestionName } from './questions.ts'

/** Secrets that came as files stay there: the configuration names the file. */
export type SecretFiles = Readonly<Partial<Record<QuestionName, string>>>

export type InitFiles = { env: string; admins: string; users: string | null }

const TEXTS: Readonly<Partial<Record<QuestionName, string>>> = {
  'exchange-type': 'Service__ExchangeConfiguration__ExchangeType',
  'ews-url': 'Service__ExchangeConfiguration__EwsUrl',
  tenant: 'Service__ExchangeConfiguration__TenantId',
  'nextcloud-url': 'Service__NextcloudConfiguration__Url',
  'nextcloud-user': 'Service__NextcloudConfiguration__Username',
  'nextcloud-password': 'Service__NextcloudConfiguration__AppPassword',
  'shared-secret': 'Service__NextcloudConfiguration__SharedSecret',
  database: 'Service__DatabaseConfiguration__ConnectionString',
}

/** `archiveKey`: base64 of 32 random bytes; written for PostgreSQL, where no key file is made. */
export function initFiles(answers: Answers, secretFiles: SecretFiles, archiveKey: string): InitFiles {
  const values = new Map<string, string>()
  for (const [name, key] of Object.entries(TEXTS) as [QuestionName, string][]) {
    const file = secretFiles[name]
    const answer = answers[name]
    if (file !== undefined) values.set(`${key}_FILE`, file)
    else if (answer !== undefined) values.set(key, answer)
  }
  if (answers.database?.startsWith('postgres')) values.set('Service__ArchiveConfiguration__EncryptionKey', archiveKey)
  values.set('Service__SyncMode', '7')
  return {
    env: envText(values, ['Made by connector init.']),
    admins: `${JSON.stringify([adminOf(answers, secretFiles)], null, 2)}\n`,
    users: answers['users-from'] === 'file' ? '[]\n' : null,
  }
}

function adminOf(answers: Answers, secretFiles: SecretFiles): Record<string, string> {
  const [id, secret] = answers['exchange-type'] === '1' ? ['AppId', 'ClientSecret'] : ['Username', 'Password']
  const file = secretFiles['account-password']
  return {
    [id]: answers.account ?? '',
    ...(file === undefined ? { [secret]: answers['account-password'] ?? '' } : { [`${secret}_FILE`]: file }),
  }
}
