/** One service account as admins.json describes it: which fields it has, and what becomes of them. */
import { resolve } from 'node:path'
import type { SecretSource } from './secret.ts'

/** On premises an account with its password, in the cloud an application with its secret; or what stands in for the secret. `name` is for people. */
export type Admin =
  | {
      kind: 'on-premises'
      name: string
      username: string
      password: string | null
      /** Kerberos: absolute path of a keytab, or a cache that somebody else keeps fresh. */
      keytabFile?: string
      credentialCache?: string
    }
  | {
      kind: 'cloud'
      name: string
      appId: string
      clientSecret: string | null
      tenantId: string | null
      /** Absolute path of a PEM file with certificate and private key. */
      certificateFile?: string
    }

/** `instead`: what may stand in for the secret. */
export const SHAPES = {
  'on-premises': { id: 'Username', secret: 'Password', instead: ['Keytab', 'CredentialCache'], more: [] },
  cloud: { id: 'AppId', secret: 'ClientSecret', instead: ['CertificateFile'], more: ['TenantId'] },
} as const

export type AdminParts = {
  kind: Admin['kind']
  id: string
  secret: string | null
  source: SecretSource
  baseDir: string
}

/** Relative paths start at the folder of the file. */
export function adminOf({ kind, id, secret, source, baseDir }: AdminParts): Admin {
  const { Keytab, CredentialCache, CertificateFile, TenantId = null } = source
  if (kind === 'cloud') {
    const certificate = CertificateFile ? { certificateFile: resolve(baseDir, CertificateFile) } : {}
    return { kind, name: id, appId: id, clientSecret: secret, tenantId: TenantId, ...certificate }
  }
  return {
    kind,
    name: id,
    username: id,
    password: secret,
    ...(Keytab ? { keytabFile: resolve(baseDir, Keytab) } : {}),
    ...(CredentialCache ? { credentialCache: CredentialCache } : {}),
  }
}
