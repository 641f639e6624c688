/** Paths outside of the DAV root: discovery (RFC 6764 5), status and the login page. */
import { DAV_ROOT, emptyReply, type Reply, type World } from './call.ts'
import { htmlReply, LOGIN_PAGE } from './fault-replies.ts'

export function outsideOfDav(world: World, origin: string, path: string): Reply {
  const { webroot, version } = world.options
  if (path.startsWith(`${webroot}/.well-known/caldav`) || path.startsWith(`${webroot}/.well-known/carddav`))
    return emptyReply(301, { Location: `${origin}${webroot}${DAV_ROOT}` })
  if (path === `${webroot}/status.php`) {
    const status = { installed: true, maintenance: false, needsDbUpgrade: false, versionstring: `${version}.0.1` }
    return { status: 200, headers: { 'Content-Type': 'application/json' }, body: JSON.stringify(status) }
  }
  return htmlReply(path === `${webroot}/` ? 200 : 404, LOGIN_PAGE)
}
