/** What the server would have mailed. Promise P6 is checked against this list, so each entry says who caused it. */

export type ItipMethod = 'REQUEST' | 'REPLY' | 'CANCEL'

/** `dav` is a client on the network, `web` the person in the web UI. */
export type Cause = { by: 'dav' | 'web'; user: string; request: string; requestNumber: number | null }

export type Mail = {
  method: ItipMethod
  from: string
  to: string
  uid: string
  summary: string
  /** The recipient is a user of this server too. */
  local: boolean
  cause: Cause
}
