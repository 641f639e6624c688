/** `GET users/{uid}/collections`: what the user has, and what is shared with them, so that it shows why it is not synced. */
import { apple, dav } from '../names.ts'
import type { CalendarView, User } from '../store.ts'
import type { AppCall } from './ocs.ts'

export function collectionsOf({ world }: AppCall, user: User): object[] {
  const calendars = world.store.calendarsOf(user).map((view) => calendar(user, view))
  const books = [...user.addressBooks.values()].map((book) => ({
    ...{ kind: 'contacts', uri: book.uri, path: `addressbooks/users/${encodeURIComponent(user.uid)}/${book.uri}/` },
    ...{ displayName: book.properties.get(dav('displayname'))?.text ?? book.uri, color: null, components: ['VCARD'] },
    ...{ isOwn: true, isWritable: true, isShared: false, isSubscription: false, isDeleted: false },
    syncToken: `http://sabre.io/ns/sync/${book.objects.token}`,
  }))
  const subscriptions = user.subscriptions.map(({ uri, displayName }) => ({
    ...{ kind: 'calendar', uri, path: `calendars/${encodeURIComponent(user.uid)}/${uri}/`, displayName, color: null },
    ...{ components: ['VEVENT'], isOwn: true, isWritable: false, isShared: false, isSubscription: true },
    ...{ isDeleted: false, syncToken: null },
  }))
  return [...calendars, ...subscriptions, ...books]
}

function calendar(user: User, { calendar: one, uri, access }: CalendarView): object {
  return {
    ...{ kind: 'calendar', uri, path: `calendars/${encodeURIComponent(user.uid)}/${uri}/` },
    displayName: one.properties.get(dav('displayname'))?.text ?? uri,
    color: one.properties.get(apple('calendar-color'))?.text ?? null,
    components: [...one.components],
    ...{ isOwn: access === 'owner', isWritable: access !== 'read', isShared: access !== 'owner' },
    ...{ isSubscription: false, isDeleted: one.deletedAtMs !== null },
    syncToken: `http://sabre.io/ns/sync/${one.objects.token}`,
  }
}
