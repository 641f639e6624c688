/** Tokens of one application through MSAL (loaded when the first one is needed: it takes 150 ms). */
import { X509Certificate } from 'node:crypto'
import type { ConfidentialClientApplication } from '@azure/msal-node'
import { ConnectorError } from '../../ports/errors.ts'
import { oauthError } from './oauth-errors.ts'
import { type AuthorityNetworkOptions, createAuthorityNetwork } from './oauth-network.ts'

export type OAuthSecret =
  | { kind: 'secret'; clientSecret: string }
  /** PEM with the certificate (and its chain) and the private key. */
  | { kind: 'certificate'; pem: string }

export type OAuthOptions = AuthorityNetworkOptions & {
  appId: string
  tenantId: string
  secret: OAuthSecret
  /** `https://login.microsoftonline.com`; national clouds have their own. */
  authorityUrl: string
  /** `https://outlook.office365.com`: the token is good for this service only. */
  audience: string
}

export type OAuthToken = { token: string; expiresAtMs: number }

export type TokenSource = { fetch(): Promise<OAuthToken>; close(): Promise<void> }

export function createTokenSource(options: OAuthOptions): TokenSource {
  const network = createAuthorityNetwork(options)
  let application: Promise<ConfidentialClientApplication> | null = null
  const load = async () => {
    const { ConfidentialClientApplication } = await import('@azure/msal-node')
    const { host, origin } = new URL(options.authorityUrl)
    return new ConfidentialClientApplication({
      auth: {
        clientId: options.appId,
        authority: `${origin}/${encodeURIComponent(options.tenantId)}`,
        knownAuthorities: [host],
        ...credentialOf(options.secret),
      },
      system: { networkClient: network.module, disableInternalRetries: true },
    })
  }
  return {
    async fetch() {
      application ??= load()
      try {
        const scopes = [`${new URL(options.audience).origin}/.default`]
        // The cache is ours: MSAL's would give a token back that Exchange has refused.
        const result = await (await application).acquireTokenByClientCredential({ scopes, skipCache: true })
        network.takeError()
        if (!result?.accessToken || result.expiresOn === null)
          throw new ConnectorError('exchange.throttled', { where: 'authority', reason: 'empty-token', sent: 'no' })
        return { token: result.accessToken, expiresAtMs: result.expiresOn.getTime() }
      } catch (error) {
        if (error instanceof ConnectorError) throw error
        throw network.takeError() ?? oauthError(error, options.appId)
      }
    },
    close: network.close,
  }
}

type Credential =
  | { clientSecret: string }
  | { clientCertificate: { thumbprintSha256: string; privateKey: string; x5c: string } }

function credentialOf(secret: OAuthSecret): Credential {
  switch (secret.kind) {
    case 'secret':
      return { clientSecret: secret.clientSecret }
    case 'certificate': {
      const { certificate, certificates, privateKey } = readCertificate(secret.pem)
      const thumbprintSha256 = certificate.fingerprint256.replaceAll(':', '')
      return { clientCertificate: { thumbprintSha256, privateKey, x5c: certificates } }
    }
  }
}

/** Errors: `config.invalid` when the certificate or its key is not in the file. */
export function readCertificate(pem: string): {
  certificate: X509Certificate
  certificates: string
  privateKey: string
} {
  const blocks = [...pem.matchAll(/-----BEGIN ([A-Z ]+)-----[\s\S]+?-----END \1-----/g)]
  const certificates = blocks.filter(([, name]) => name === 'CERTIFICATE').map(([block]) => block)
  const [privateKey] = blocks.find(([, name]) => name?.endsWith('PRIVATE KEY')) ?? []
  const invalid = (problems: string, cause?: unknown) => new ConnectorError('config.invalid', { problems }, cause)
  if (certificates[0] === undefined || privateKey === undefined)
    throw invalid('the certificate file must hold the certificate and its private key in PEM form')
  try {
    return { certificate: new X509Certificate(certificates[0]), certificates: certificates.join('\n'), privateKey }
  } catch (cause) {
    throw invalid('the certificate file holds no certificate that can be read', cause)
  }
}
