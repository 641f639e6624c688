/** Tasks on the Exchange side: the contract, and what Exchange does to tasks by itself. */
import { afterEach, describe, expect, it } from 'vitest'
import { createFolderOfKind, listFolders } from '../../src/exchange/ews/folders.ts'
import { taskOf } from '../../src/model/kinds.ts'
import type { Task } from '../../src/model/task.ts'
import type { ItemId } from '../../src/ports/side.ts'
import { MAILBOX, newToken } from './exchange-side-fixture.ts'
import { change, look, make, type SingleFixture, singleFixture } from './exchange-side-single-fixture.ts'
import { sampleTask, sampleTaskSeries } from './exchange-side-single-samples.ts'
import { singleContract } from './exchange-side-single-suite.ts'

singleContract('Exchange tasks', {
  kind: 'tasks',
  item: (uid, title) => sampleTask(uid, { title }),
  titled: (item, title) => ({ ...taskOf(item), title }),
  person: {
    create: ({ outlook }, title) => outlook.addItem('Task', { fields: { Subject: title } }),
    rename: ({ outlook }, id, title) => outlook.editItem(id, { fields: { Subject: title } }),
  },
  titles: ({ outlook }) =>
    outlook
      .list('tasks')
      .map(({ fields }) => fields.Subject ?? '')
      .sort(),
})

describe('repeating tasks on Exchange', () => {
  const open: SingleFixture[] = []
  const fixture = async () => {
    const made = await singleFixture('tasks')
    open.push(made)
    return made
  }
  afterEach(async () => {
    for (const one of open.splice(0)) await one.close()
  })
  /** Everything in the folder, by due date. */
  const everything = async ({ side, outlook }: SingleFixture) => {
    const results = await side.read(outlook.list('tasks').map(({ id }) => id as ItemId))
    const items = results.flatMap((result) => (result.kind === 'present' ? [result.item] : []))
    return items.sort((one, other) => ((taskOf(one.model).due ?? '') < (taskOf(other.model).due ?? '') ? -1 : 1))
  }

  it('REC-7: completing one makes the server go on with the next; the completed one is a task of its own', async () => {
    const made = await fixture()
    const series = await make(made.side, sampleTaskSeries('series@example.test'))
    const done = { status: 'completed', percentComplete: 100, completed: '2026-03-04' } as const
    const outcome = await change<Task>(made.side, series, done)
    // The engine then takes the completion for written, and the next occurrence for a later edit of the server.
    expect(outcome.overtaken).toBe(true)
    expect(outcome.item.id).toBe(series.id)
    expect(outcome.item.model).toMatchObject({
      uid: 'series@example.test',
      status: 'notStarted',
      start: '2026-03-10',
      due: '2026-03-11',
      recurrence: { end: { kind: 'count', count: 9 } },
    })
    const [completed, next] = await everything(made)
    expect(next?.uid).toBe('series@example.test')
    expect(completed?.uid).not.toBe('series@example.test')
    expect(completed?.model).toMatchObject({ ...done, due: '2026-03-04', recurrence: null })
  })

  it('REC-7: an occurrence that was completed in Outlook is not taken for its series either', async () => {
    const made = await fixture()
    const series = await make(made.side, sampleTaskSeries('series@example.test'))
    made.outlook.editItem(series.id, { values: { Status: 'Completed' } })
    made.outlook.editItem(series.id, { values: { Status: 'Completed' } })
    const items = await everything(made)
    expect(items.map(({ model }) => taskOf(model).due)).toEqual(['2026-03-04', '2026-03-11', '2026-03-18'])
    expect(new Set(items.map(({ uid }) => uid)).size).toBe(3)
    expect(items.filter(({ uid }) => uid === 'series@example.test')).toHaveLength(1)
    expect(items.map(({ model }) => taskOf(model).recurrence !== null)).toEqual([false, false, true])
  })

  it('moves the dates of a series without leaving a copy behind', async () => {
    const made = await fixture()
    const series = await make(made.side, sampleTaskSeries('series@example.test'))
    const moved = await change<Task>(made.side, series, { start: '2026-03-17', due: '2026-03-18' })
    expect(moved.item.model).toEqual({ ...series.model, start: '2026-03-17', due: '2026-03-18' })
    expect(moved.overtaken).toBeUndefined()
    expect(await everything(made)).toHaveLength(1)
  })

  it('reads a series whose move was cut short as it was, and moves it at the next try', async () => {
    const made = await fixture()
    const series = await make(made.side, sampleTaskSeries('series@example.test'))
    made.simulator.faults.add({ operation: 'UpdateItem', nth: 2, effect: { kind: 'cut', when: 'before' } })
    const wanted = { ...taskOf(series.model), start: '2026-03-17', due: '2026-03-18', title: 'Moved' }
    const [outcome] = await made.side.update([{ current: series, desired: wanted, changed: ['schedule', 'title'] }])
    expect(outcome?.kind).toBe('unknown')
    const halfway = await look(made.side, series.id)
    expect(halfway.model).toEqual(series.model)
    expect(halfway.version).not.toBe(series.version)
    const [again] = await made.side.update([{ current: halfway, desired: wanted, changed: ['schedule', 'title'] }])
    expect(again).toMatchObject({ kind: 'updated', item: { model: wanted } })
    expect(await everything(made)).toHaveLength(1)
  })

  it('completes the last of a series in place', async () => {
    const made = await fixture()
    const end = { kind: 'count', count: 1 } as const
    const pattern = { kind: 'daily', interval: 1 } as const
    const series = await make(made.side, sampleTaskSeries('last@example.test', { recurrence: { pattern, end } }))
    const outcome = await change<Task>(made.side, series, {
      status: 'completed',
      percentComplete: 100,
      completed: '2026-03-04',
    })
    expect(outcome.item.id).toBe(series.id)
    expect(outcome.item.model).toMatchObject({ status: 'completed', completed: '2026-03-04' })
    expect(await everything(made)).toHaveLength(1)
  })

  it('regenerates from the day of completion', async () => {
    const made = await fixture()
    const regeneration = { kind: 'weekly', interval: 2, end: { kind: 'never' } } as const
    const task = await make(made.side, sampleTaskSeries('regen@example.test', { recurrence: null, regeneration }))
    expect(task.model).toMatchObject({ recurrence: null, regeneration })
    const outcome = await change<Task>(made.side, task, {
      status: 'completed',
      percentComplete: 100,
      completed: '2026-03-05',
    })
    expect(outcome.item.model).toMatchObject({
      status: 'notStarted',
      start: '2026-03-19',
      due: '2026-03-20',
      regeneration,
    })
    expect(await everything(made)).toHaveLength(2)
  })

  it('ends a series when its rule is taken away, and removes all of one that is removed', async () => {
    const made = await fixture()
    const one = await make(made.side, sampleTaskSeries('one@example.test'))
    const ended = await change<Task>(made.side, one, { recurrence: null })
    expect(ended.item.model).toEqual({ ...one.model, recurrence: null })
    const other = await make(made.side, sampleTaskSeries('other@example.test'))
    expect(await made.side.remove([{ id: other.id, expect: other.version }])).toEqual([{ kind: 'removed' }])
    const bodies = made.simulator.requests.list.filter(({ operation }) => operation === 'DeleteItem')
    expect(bodies[0]?.requestBody).toContain('AffectedTaskOccurrences="AllOccurrences"')
    expect(await everything(made)).toHaveLength(1)
  })

  it('keeps the day on which an old task was completed, although Exchange would write today', async () => {
    const made = await fixture()
    const done = { status: 'completed', percentComplete: 100, completed: '2019-05-04' } as const
    const old = await make(made.side, sampleTask('old@example.test', done))
    expect(old.model).toMatchObject(done)
    expect(await look(made.side, old.id)).toEqual(old)
    const undated = await make(made.side, sampleTask('undated@example.test', { ...done, completed: null }))
    expect(undated.model).toMatchObject({ ...done, completed: '2026-03-05' })
    const reopened = await change<Task>(made.side, old, { status: 'inProgress', percentComplete: 50, completed: null })
    expect(reopened.item.model).toMatchObject({ status: 'inProgress', percentComplete: 50, completed: null })
  })

  it('finds the folders of tasks, and makes one', async () => {
    const { client, outlook } = await fixture()
    outlook.addFolder('Private', 'TasksFolder')
    outlook.addFolder('A calendar', 'CalendarFolder')
    const made = await createFolderOfKind(client, MAILBOX, { kind: 'tasks', name: 'From Nextcloud' })
    expect(made).toMatchObject({ name: 'From Nextcloud', isDefault: false, kind: 'tasks' })
    const names = (await listFolders(client, MAILBOX, 'tasks')).map(({ name, isDefault }) => [name, isDefault])
    expect(names).toEqual([
      ['Tasks', true],
      ['From Nextcloud', false],
      ['Private', false],
    ])
  })

  it('refuses a rule that Exchange cannot hold by name, and creates the others (REC-8)', async () => {
    const { side } = await fixture()
    const pattern = { kind: 'rrule', text: 'FREQ=MONTHLY;BYSETPOS=2;BYDAY=MO,TU' } as const
    const desired = sampleTaskSeries('odd@example.test', { recurrence: { pattern, end: { kind: 'never' } } })
    const outcomes = await side.create([
      { token: newToken(), desired },
      { token: newToken(), desired: sampleTask('good@example.test') },
    ])
    expect(outcomes.map(({ kind }) => kind)).toEqual(['refused', 'created'])
  })
})
