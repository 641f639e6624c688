/** The administrator's part of the connector: binds its commands to the state and the sides. */
import type { Administration } from '../ports/administration.ts'
import { listArchive, listConflicts } from './admin-find.ts'
import { history, watch } from './admin-history.ts'
import { followLog, logs } from './admin-log.ts'
import { resolveConflict, restoreArchived } from './admin-restore.ts'
import { showArchived, showConflict } from './admin-show.ts'
import { pauseUser, resumeUser } from './admin-users.ts'
import type { ServiceOptions } from './service.ts'

export function createAdministration(service: ServiceOptions): Administration {
  return {
    conflicts: (filter) => listConflicts(service, filter),
    conflict: (id, call) => showConflict(service, id, call),
    resolveConflict: (id, choice, call) => resolveConflict(service, id, { ...call, choice }),
    archive: (filter) => listArchive(service, filter),
    archived: (id) => showArchived(service, id),
    restoreArchived: (id, call) => restoreArchived(service, id, call),
    history: (email, filter) => history(service, email, filter),
    watch: (options) => watch(service, options),
    logs: (filter) => logs(service, filter),
    followLog: (options) => followLog(service, options),
    pause: (email, call) => pauseUser(service, email, call),
    resume: (email, call) => resumeUser(service, email, call),
    rotateKey: async () => {
      await service.store.check()
      return service.rotateKey()
    },
  }
}
