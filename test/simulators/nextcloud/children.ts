/** What a collection lists in a PROPFIND with depth 1, in the order in which Nextcloud lists it. */
import type { Call } from './call.ts'
import { DavError } from './errors.ts'
import { type Resource, resolve } from './resources.ts'

/** Children of a collection, for PROPFIND with depth 1. */
export function childrenOfResource(call: Call, resource: Resource): Resource[] {
  const below = (name: string): string[] => [...resource.segments, name]
  switch (resource.kind) {
    case 'calendar-home': {
      const names = call.world.store.calendarsOf(resource.user).map((view) => view.uri)
      const special = ['inbox', 'outbox', ...(call.world.options.trashbin ? ['trashbin'] : [])]
      const subscriptions = resource.user.subscriptions.map((subscription) => subscription.uri)
      return [...names, ...special, ...subscriptions].map((name) => resolve(call, below(name)))
    }
    case 'calendar': {
      const { view } = resource
      if (view.calendar.deletedAtMs !== null) return []
      return [...view.calendar.objects.live.values()].map((object) => ({
        kind: 'object',
        segments: below(object.uri),
        view,
        object,
      }))
    }
    case 'inbox':
      return [...resource.user.inbox.keys()].map((name) => resolve(call, below(name)))
    case 'trashbin':
      return ['objects', 'restore'].map((name) => resolve(call, below(name)))
    case 'trash-objects':
      throw new DavError('not-implemented', '')
    case 'book-home':
      return [...resource.user.addressBooks.keys()].map((name) => resolve(call, below(name)))
    case 'book': {
      const { book } = resource
      return [...book.objects.live.values()].map((object) => ({
        kind: 'card',
        segments: below(object.uri),
        book,
        object,
      }))
    }
    case 'collection':
      if (resource.children === 'none') {
        const names = { 0: ['principals', 'calendars', 'addressbooks'], 1: ['users'] }[resource.segments.length] ?? []
        return resource.segments[0] === 'calendars' ? [] : names.map((name) => resolve(call, below(name)))
      }
      return [resolve(call, below(call.user.uid))]
    default:
      return []
  }
}
