/** Properties of a calendar and of a subscription in the home, own or shared. */
import { type Call, hrefOf } from '../call.ts'
import { apple, caldav, calendarServer, dav, nextcloudCom, ownCloud, SYNC_TOKEN_PREFIX, sabre } from '../names.ts'
import type { CalendarView, Subscription } from '../store.ts'
import { el, textEl, type XmlOut } from '../xml.ts'
import { type PropertyTable, PropertyTableBuilder, privileges, supportedReports } from './property.ts'

const READ = [dav('read'), caldav('read-free-busy'), dav('read-acl'), dav('read-current-user-privilege-set')]
const WRITE = [dav('write'), dav('write-properties'), dav('write-content'), dav('unlock'), dav('bind'), dav('unbind')]

function privilegeNames(view: CalendarView): string[] {
  switch (view.access) {
    case 'owner':
      return [...READ, ...WRITE, dav('write-acl')]
    case 'read-write':
      return [...READ, ...WRITE]
    case 'read':
      // The share's own name and colour may be changed, its objects may not.
      return [...READ, dav('write-properties')]
  }
}

const REPORTS = [
  dav('expand-property'),
  dav('principal-match'),
  dav('principal-property-search'),
  dav('principal-search-property-set'),
  dav('sync-collection'),
  caldav('calendar-multiget'),
  caldav('calendar-query'),
  caldav('free-busy-query'),
]

const component = (name: string): XmlOut => ({ name: caldav('comp'), attributes: { name } })

export function calendarProperties(call: Call, view: CalendarView): PropertyTable {
  const { calendar } = view
  const token = (): string => `${SYNC_TOKEN_PREFIX}${calendar.objects.token}`
  const principal = (uid: string): string => hrefOf(call, ['principals', 'users', uid], true)
  const builder = new PropertyTableBuilder().stored(calendar.properties.values())
  if (calendar.deletedAtMs !== null) {
    const deletedAt = new Date(calendar.deletedAtMs).toISOString()
    return builder
      .names(dav('resourcetype'), [dav('collection'), nextcloudCom('deleted-calendar')])
      .text(nextcloudCom('deleted-at'), () => deletedAt).table
  }
  if (view.access !== 'owner') {
    const owner = call.world.store.users.get(calendar.owner)
    const name = calendar.properties.get(dav('displayname'))?.text ?? calendar.uri
    builder.text(dav('displayname'), () => `${name} (${owner?.displayName ?? calendar.owner})`)
  }
  const types = [dav('collection'), caldav('calendar')]
  if (view.access === 'owner' && calendar.shares.size > 0) types.push(calendarServer('shared-owner'))
  if (view.access !== 'owner') types.push(calendarServer('shared'))
  return builder
    .names(dav('resourcetype'), types)
    .elements(caldav('supported-calendar-component-set'), () => calendar.components.map(component))
    .elements(caldav('supported-calendar-data'), () => [
      { name: caldav('calendar-data'), attributes: { 'content-type': 'text/calendar', version: '2.0' } },
    ])
    .text(caldav('max-resource-size'), () => '10000000')
    .text(dav('sync-token'), token)
    .text(calendarServer('getctag'), token)
    .text(sabre('sync-token'), () => String(calendar.objects.token))
    .href(dav('owner'), () => principal(calendar.owner))
    .text(ownCloud('owner-principal'), () => `principals/users/${calendar.owner}`)
    .elements(dav('current-user-privilege-set'), () => privileges(privilegeNames(view)))
    .elements(dav('supported-report-set'), () => supportedReports(REPORTS))
    .href(dav('current-user-principal'), () => principal(call.user.uid))
    .elements(ownCloud('invite'), () =>
      [...calendar.shares].map(([uid, access]) =>
        el(ownCloud('user'), [
          textEl(dav('href'), `principal:principals/users/${uid}`),
          el(ownCloud('access'), [el(ownCloud(access))]),
        ]),
      ),
    ).table
}

export function subscriptionProperties(call: Call, subscription: Subscription): PropertyTable {
  return new PropertyTableBuilder()
    .names(dav('resourcetype'), [dav('collection'), calendarServer('subscribed')])
    .text(dav('displayname'), () => subscription.displayName)
    .text(apple('calendar-color'), () => '#0082c9')
    .href(calendarServer('source'), () => subscription.source)
    .href(dav('owner'), () => hrefOf(call, ['principals', 'users', call.user.uid], true))
    .elements(caldav('supported-calendar-component-set'), () => ['VTODO', 'VEVENT'].map(component)).table
}
