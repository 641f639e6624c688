/** NTLM over HTTP (MS-NTHT): NTLMv2 with integrity code and channel binding, one handshake per pinned connection. For Exchange on premises. */
import { randomBytes } from 'node:crypto'
import type { Clock } from '../../ports/clock.ts'
import { challengeOf } from './challenges.ts'
import { channelBindingHash } from './channel-binding.ts'
import { authenticateMessage, negotiateMessage, readChallenge } from './ntlm-messages.ts'
import type { AuthConnection, EwsAuth, Handshake } from './port.ts'
import { hostNameOf } from './service-principal.ts'

export type NtlmCredentials = {
  /** `DOMAIN\user`, `user@domain`, or a bare name. */
  username: string
  password: string
  clock: Pick<Clock, 'nowMs'>
  /** Name of this machine, for accounts that may sign in from named machines only. */
  workstation?: string
  /** For tests with known answers. */
  bytes?: (count: number) => Uint8Array
}

/** FILETIME counts 100 ns from 1601-01-01. */
const FILETIME_EPOCH_MS = 11_644_473_600_000n

export function ntlmAuth(credentials: NtlmCredentials): EwsAuth {
  return {
    kind: 'per-connection',
    scheme: 'NTLM',
    begin: (connection) => handshake(credentials, connection),
  }
}

function handshake(credentials: NtlmCredentials, connection: AuthConnection): Handshake {
  const negotiate = negotiateMessage()
  let stage: 'offer' | 'challenge' | 'done' = 'offer'
  return {
    async next(challenges) {
      const challenge = challengeOf(challenges, 'NTLM')
      if (challenge === null || stage === 'done') return null
      if (stage === 'offer') {
        stage = 'challenge'
        return { authorization: `NTLM ${negotiate.toString('base64')}`, complete: false }
      }
      stage = 'done'
      if (challenge.token === null) return null
      const answer = answerTo(Buffer.from(challenge.token, 'base64'), negotiate, { credentials, connection })
      return { authorization: `NTLM ${answer.toString('base64')}`, complete: true }
    },
  }
}

function answerTo(
  token: Buffer,
  negotiate: Buffer,
  { credentials, connection }: { credentials: NtlmCredentials; connection: AuthConnection },
): Buffer {
  const { username, password, clock, workstation = '', bytes = randomBytes } = credentials
  return authenticateMessage(readChallenge(token), {
    identity: { ...accountName(username), password },
    workstation,
    negotiate,
    channelBinding: connection.certificate === null ? null : channelBindingHash(connection.certificate),
    servicePrincipal: `HTTP/${hostNameOf(connection.host)}`,
    time: fileTime(clock.nowMs()),
    clientChallenge: bytes(8),
    sessionKey: bytes(16),
  })
}

/** An address (UPN) goes whole into the user field with an empty domain, as Windows does it. */
export function accountName(username: string): { user: string; domain: string } {
  const [, domain = '', user = username] = /^([^\\]+)\\(.+)$/.exec(username) ?? []
  return { user, domain }
}

function fileTime(nowMs: number): Buffer {
  const time = Buffer.alloc(8)
  time.writeBigUInt64LE((BigInt(Math.floor(nowMs)) + FILETIME_EPOCH_MS) * 10_000n)
  return time
}
