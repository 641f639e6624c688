"""Drives the Exchange simulator with exchangelib, a client that this project did not write.

Called with the EWS URL, user name, password and mailbox. Prints one line of JSON per check; the exit code is 1 when one fails.
"""

import datetime as dt
import json
import sys
import threading
import time
import traceback
from decimal import Decimal

from exchangelib import (
    BASIC,
    IMPERSONATION,
    Account,
    Attendee,
    CalendarItem,
    Configuration,
    Contact,
    Credentials,
    EWSDate,
    EWSDateTime,
    EWSTimeZone,
    ExtendedProperty,
    FileAttachment,
    HTMLBody,
    Mailbox,
    Message,
    Task,
)
from exchangelib.errors import ErrorInvalidSubscription, ErrorItemNotFound, ErrorSubscriptionNotFound
from exchangelib.folders import Calendar
from exchangelib.items import SEND_ONLY_TO_ALL, SEND_TO_NONE
from exchangelib.recurrence import (
    AbsoluteMonthlyPattern,
    DailyPattern,
    Recurrence,
    RelativeMonthlyPattern,
    WeeklyPattern,
)

BERLIN = EWSTimeZone("Europe/Berlin")
CHECKS = []


class Token(ExtendedProperty):
    distinguished_property_set_id = "PublicStrings"
    property_name = "interop-token"
    property_type = "String"


def check(function):
    CHECKS.append(function)
    return function


def at(day, hour, month=3):
    return EWSDateTime(2026, month, day, hour, 0, tzinfo=BERLIN)


@check
def walks_the_folders(account):
    names = {folder.name for folder in account.root.walk()}
    assert {"Calendar", "Tasks", "Contacts", "Inbox", "Deleted Items"} <= names, names
    assert account.calendar.name == "Calendar"


@check
def creates_reads_updates_and_deletes_an_event(account):
    item = CalendarItem(
        account=account,
        folder=account.calendar,
        subject="Review",
        body=HTMLBody("<p>Hello <b>you</b></p>"),
        start=at(2, 9),
        end=at(2, 10),
        location="Room 1",
        categories=["Red", "Blue"],
        reminder_is_set=True,
        reminder_minutes_before_start=10,
        token="abc-1",
    )
    item.save(send_meeting_invitations=SEND_TO_NONE)
    found = account.calendar.get(token="abc-1")
    assert found.id == item.id and found.subject == "Review"
    assert found.start == at(2, 9) and found.end == at(2, 10), (found.start, found.end)
    assert str(found._start_timezone) == "Europe/Berlin", found._start_timezone
    assert set(found.categories) == {"Red", "Blue"}
    assert "Hello" in found.body and found.text_body.strip().startswith("Hello")
    found.subject = "Review 2"
    found.location = None
    found.save(update_fields=["subject", "location"], send_meeting_invitations=SEND_TO_NONE)
    again = account.calendar.get(id=item.id, changekey=None)
    assert again.subject == "Review 2" and again.location is None
    again.move_to_trash(send_meeting_cancellations=SEND_TO_NONE)
    assert not list(account.calendar.filter(token="abc-1"))
    assert [i.subject for i in account.trash.filter(subject="Review 2")] == ["Review 2"]


@check
def keeps_an_all_day_event_on_its_days(account):
    item = CalendarItem(
        account=account, folder=account.calendar, subject="Fair", is_all_day=True,
        start=EWSDate(2026, 3, 5), end=EWSDate(2026, 3, 6),
    )
    item.save(send_meeting_invitations=SEND_TO_NONE)
    found = account.calendar.get(subject="Fair")
    assert found.is_all_day and found.start == EWSDate(2026, 3, 5) and found.end == EWSDate(2026, 3, 6)
    found.delete(send_meeting_cancellations=SEND_TO_NONE)


@check
def handles_a_series_with_exceptions(account):
    master = CalendarItem(
        account=account,
        folder=account.calendar,
        subject="Standup",
        start=at(2, 9),
        end=at(2, 10),
        recurrence=Recurrence(
            pattern=WeeklyPattern(interval=1, weekdays=["Monday", "Wednesday"], first_day_of_week="Monday"),
            start=EWSDate(2026, 3, 2),
            number=10,
        ),
    )
    master.save(send_meeting_invitations=SEND_TO_NONE)
    third = master.occurrence(index=3)
    third.refresh()
    third.subject = "Moved"
    third.start = at(9, 14)
    third.end = at(9, 15)
    third.save(update_fields=["subject", "start", "end"], send_meeting_invitations=SEND_TO_NONE)
    master.occurrence(index=2).delete(send_meeting_cancellations=SEND_TO_NONE)
    master.refresh()
    assert [o.start for o in master.modified_occurrences] == [at(9, 14)]
    assert [o.original_start for o in master.modified_occurrences] == [at(9, 9)]
    assert [o.start for o in master.deleted_occurrences] == [at(4, 9)]
    assert master.first_occurrence.start == at(2, 9)
    assert master.last_occurrence.start == at(1, 9, month=4), master.last_occurrence.start
    shown = [(i.subject, i.start) for i in account.calendar.view(start=at(1, 0), end=at(17, 0))]
    assert shown == [
        ("Standup", at(2, 9)),
        ("Moved", at(9, 14)),
        ("Standup", at(11, 9)),
        ("Standup", at(16, 9)),
    ], shown
    again = third.recurring_master()
    again.refresh()
    assert again.id == master.id
    master.delete(send_meeting_cancellations=SEND_TO_NONE)


@check
def expands_months_as_exchange_does(account):
    for pattern, days in (
        (AbsoluteMonthlyPattern(interval=1, day_of_month=31), [(31, 1), (28, 2), (31, 3), (30, 4)]),
        (RelativeMonthlyPattern(interval=1, weekday="Weekday", week_number="Last"), [(30, 1), (27, 2), (31, 3), (30, 4)]),
        (DailyPattern(interval=40), None),
    ):
        item = CalendarItem(
            account=account, folder=account.calendar, subject="Rule", start=at(30, 9, month=1), end=at(30, 10, month=1),
            recurrence=Recurrence(pattern=pattern, start=EWSDate(2026, 1, 30), number=4),
        )
        item.save(send_meeting_invitations=SEND_TO_NONE)
        view = account.calendar.view(start=at(1, 0, month=1), end=at(1, 0, month=8))
        shown = [(i.start.astimezone(BERLIN).day, i.start.astimezone(BERLIN).month) for i in view if i.subject == "Rule"]
        assert len(shown) == 4 and (days is None or shown == days), shown
        item.delete(send_meeting_cancellations=SEND_TO_NONE)


@check
def mails_only_when_asked(account):
    item = CalendarItem(
        account=account, folder=account.calendar, subject="Silent", start=at(20, 9), end=at(20, 10),
        required_attendees=[Attendee(mailbox=Mailbox(email_address="bob@example.org"))],
    )
    item.save(send_meeting_invitations=SEND_TO_NONE)
    item.refresh()
    assert item.is_meeting and item.organizer.email_address == account.primary_smtp_address
    assert not item.meeting_request_was_sent
    loud = CalendarItem(
        account=account, folder=account.calendar, subject="Loud", start=at(21, 9), end=at(21, 10),
        required_attendees=[Attendee(mailbox=Mailbox(email_address="bob@example.org"))],
    )
    loud.save(send_meeting_invitations=SEND_ONLY_TO_ALL)
    loud.refresh()
    assert loud.meeting_request_was_sent
    for each in (item, loud):
        each.delete(send_meeting_cancellations=SEND_TO_NONE)


@check
def follows_the_feed(account):
    folder = account.calendar
    list(folder.sync_items())
    item = CalendarItem(account=account, folder=folder, subject="Feed", start=at(22, 9), end=at(22, 10))
    item.save(send_meeting_invitations=SEND_TO_NONE)
    assert [(kind, i.subject) for kind, i in folder.sync_items()] == [("create", "Feed")]
    item.subject = "Feed 2"
    item.save(update_fields=["subject"], send_meeting_invitations=SEND_TO_NONE)
    assert [(kind, i.subject) for kind, i in folder.sync_items()] == [("update", "Feed 2")]
    item.delete(send_meeting_cancellations=SEND_TO_NONE)
    assert [kind for kind, _ in folder.sync_items()] == ["delete"]
    assert not list(folder.sync_items())


@check
def moves_and_refuses_old_ids(account):
    folder = Calendar(parent=account.calendar, name="Other")
    folder.save()
    item = CalendarItem(account=account, folder=account.calendar, subject="Mover", start=at(23, 9), end=at(23, 10))
    item.save(send_meeting_invitations=SEND_TO_NONE)
    old = item.id
    item.move(folder)
    assert item.id != old
    result = list(account.fetch(ids=[(old, None)]))
    assert isinstance(result[0], ErrorItemNotFound), result
    folder.name = "Renamed"
    folder.save(update_fields=["name"])
    folder.delete()


@check
def keeps_attachments(account):
    item = CalendarItem(account=account, folder=account.calendar, subject="Files", start=at(24, 9), end=at(24, 10))
    item.save(send_meeting_invitations=SEND_TO_NONE)
    item.attach(FileAttachment(name="a.txt", content=b"\x00\x01text"))
    item.refresh()
    assert [a.name for a in item.attachments] == ["a.txt"] and item.attachments[0].content == b"\x00\x01text"
    item.detach(item.attachments)
    item.refresh()
    assert not item.attachments
    item.delete(send_meeting_cancellations=SEND_TO_NONE)


@check
def stores_tasks_contacts_and_messages(account):
    task = Task(account=account, folder=account.tasks, subject="Do it", due_date=EWSDate(2026, 4, 1), percent_complete=Decimal(50), status="InProgress")
    task.save()
    found = account.tasks.get(subject="Do it")
    assert found.status == "InProgress" and found.due_date == EWSDate(2026, 4, 1), (found.status, found.due_date)
    found.complete()
    assert account.tasks.get(subject="Do it").is_complete
    account.tasks.get(subject="Do it").delete(affected_task_occurrences="AllOccurrences")
    contact = Contact(account=account, folder=account.contacts, given_name="Ann", surname="Bee", company_name="Cee", display_name="Ann Bee")
    contact.save()
    assert account.contacts.get(given_name="Ann").company_name == "Cee"
    Message(account=account, folder=account.drafts, subject="Draft", to_recipients=["x@example.org"]).save()
    assert account.drafts.get(subject="Draft").subject == "Draft"


@check
def pages_through_many_items(account):
    items = [
        CalendarItem(account=account, folder=account.calendar, subject=f"Bulk {n}", start=at(1, 8), end=at(1, 9))
        for n in range(230)
    ]
    ids = account.bulk_create(folder=account.calendar, items=items, send_meeting_invitations=SEND_TO_NONE)
    assert all(not isinstance(i, Exception) for i in ids) and len(ids) == 230
    query = account.calendar.filter(subject__startswith="Bulk").order_by("subject")
    query.page_size = 100
    subjects = [i.subject for i in query.only("subject")]
    assert subjects == sorted(f"Bulk {n}" for n in range(230))
    account.bulk_delete(ids=ids, send_meeting_cancellations=SEND_TO_NONE)
    assert account.calendar.filter(subject__startswith="Bulk").count() == 0


@check
def hears_streaming_notifications(account):
    def create():
        time.sleep(0.5)
        CalendarItem(
            account=account, folder=account.calendar, subject="Heard", start=at(2, 8), end=at(2, 9)
        ).save(send_meeting_invitations=SEND_TO_NONE)

    with account.calendar.streaming_subscription() as subscription_id:
        writer = threading.Thread(target=create)
        writer.start()
        heard = []
        for notification in account.calendar.get_streaming_events(
            subscription_id, connection_timeout=1, max_notifications_returned=1
        ):
            assert notification.subscription_id == subscription_id
            heard.extend(notification.events)
        writer.join()
    assert [type(event).__name__ for event in heard] == ["CreatedEvent"]
    item = account.calendar.get(id=heard[0].item_id.id, changekey=heard[0].item_id.changekey)
    assert item.subject == "Heard"
    item.delete(send_meeting_cancellations=SEND_TO_NONE)


@check
def is_told_that_a_subscription_is_unknown(account):
    subscription_id = account.calendar.subscribe_to_streaming()
    account.calendar.unsubscribe(subscription_id)
    try:
        list(account.calendar.get_streaming_events(subscription_id, connection_timeout=1, max_notifications_returned=1))
    except (ErrorSubscriptionNotFound, ErrorInvalidSubscription):
        return
    raise AssertionError("an unknown subscription was accepted")


def main():
    url, username, password, mailbox = sys.argv[1:5]
    CalendarItem.register("token", Token)
    # Two at once: one of them hangs on notifications.
    config = Configuration(
        service_endpoint=url, credentials=Credentials(username, password), auth_type=BASIC, max_connections=2
    )
    account = Account(
        primary_smtp_address=mailbox, config=config, autodiscover=False, access_type=IMPERSONATION,
        default_timezone=BERLIN,
    )
    failed = False
    for function in CHECKS:
        try:
            function(account)
            print(json.dumps({"check": function.__name__, "ok": True}))
        except Exception as error:  # each check stands for itself
            failed = True
            where = traceback.format_exc().strip().splitlines()[-12:]
            print(json.dumps({"check": function.__name__, "ok": False, "error": repr(error)[:1500], "where": where}))
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
