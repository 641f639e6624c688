/** Response messages: one per thing asked for, a success or an error, so that one bad item never hides the others. */
import type { Call } from './call.ts'
import { EwsError } from './errors.ts'
import type { Effect } from './faults.ts'
import { escapeXml, type Node } from './xml.ts'

function messageXml(error: EwsError): string {
  const values = Object.entries(error.values).map(
    ([name, value]) => `<t:Value Name="${name}">${escapeXml(String(value))}</t:Value>`,
  )
  const inner = error.path + values.join('')
  return inner === '' ? '' : `<m:MessageXml>${inner}</m:MessageXml>`
}

/** `element` is the message's name without `Message`: `GetItemResponse`. */
function successXml(element: string, inner: string): string {
  return `<m:${element}Message ResponseClass="Success"><m:ResponseCode>NoError</m:ResponseCode>${inner}</m:${element}Message>`
}

function failureXml(element: string, error: EwsError, inner: string): string {
  const kind = error.code === 'ErrorBatchProcessingStopped' ? 'Warning' : 'Error'
  return `<m:${element}Message ResponseClass="${kind}"><m:MessageText>${escapeXml(error.message)}</m:MessageText><m:ResponseCode>${error.code}</m:ResponseCode><m:DescriptiveLinkKey>0</m:DescriptiveLinkKey>${messageXml(error)}${inner}</m:${element}Message>`
}

function injected(effects: readonly Effect[], index: number, node: Node | undefined): EwsError | undefined {
  for (const effect of effects) {
    if (effect.kind === 'busy' && effect.perItem) return busyError(effect.backOffMs)
    if (effect.kind === 'batchStop' && index === effect.index) return new EwsError(effect.code)
    if (effect.kind === 'batchStop' && index > effect.index) {
      return new EwsError('ErrorBatchProcessingStopped', 'The rest of the batch was not processed.')
    }
    if (effect.kind !== 'itemError') continue
    const hit =
      effect.item !== undefined
        ? node !== undefined && names(node, effect.item)
        : effect.index === undefined || effect.index === index
    if (!hit) continue
    return effect.backOffMs === undefined ? new EwsError(effect.code) : busyError(effect.backOffMs, effect.code)
  }
  return undefined
}

function names(node: Node, id: string): boolean {
  return Object.values(node.attributes).includes(id) || node.children.some((child) => names(child, id))
}

function busyError(backOffMs: number, code = 'ErrorServerBusy'): EwsError {
  return new EwsError(code, undefined, { values: { BackOffMilliseconds: backOffMs } })
}

export type EachOptions = {
  /** Elements that the message must have even when it failed (`<m:Items/>`). */
  onFailure: string
}

/** Answers every node by itself. Only EwsError is an answer; anything else is a bug of the simulator and ends the request. */
export function answerEach(
  call: Call,
  nodes: readonly Node[],
  options: EachOptions,
  answer: (node: Node) => string,
): string {
  const element = `${call.operation}Response`
  return nodes
    .map((node, index) => {
      try {
        const fault = injected(call.effects, index, node)
        if (fault) throw fault
        return successXml(element, answer(node))
      } catch (error) {
        if (error instanceof EwsError) return failureXml(element, error, options.onFailure)
        throw error
      }
    })
    .join('')
}

/** The same for an operation that has one message only. */
export function answerOnce(call: Call, onFailure: string, answer: () => string): string {
  return answerEach(call, [call.request], { onFailure }, answer)
}
