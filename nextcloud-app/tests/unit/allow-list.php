<?php

declare(strict_types=1);

/**
 * SPDX-FileCopyrightText: The Nextcloud Exchange Connector contributors
 * SPDX-License-Identifier: AGPL-3.0-or-later
 */

namespace OCA\ExchangeConnector\Tests;

use OCA\ExchangeConnector\Dav\AllowList;

/** What the connector may ask of DAV in the name of alice, and the tricks that must not open anything else. */

const ROOT = '/remote.php/dav/';

function dav(string $method, string $path, string $body = '', ?string $destination = null): ?string {
	return AllowList::refusal('alice', $method, $path, $destination === null ? null : (AllowList::below($destination, ROOT) ?? '..'), $body, ROOT);
}

function report(string $name, string $namespace, array $hrefs = [], string $prolog = '<?xml version="1.0"?>'): string {
	$links = implode('', array_map(static fn (string $href): string => '<d:href>' . htmlspecialchars($href) . '</d:href>', $hrefs));
	return "$prolog<x:$name xmlns:x=\"$namespace\" xmlns:d=\"DAV:\"><d:prop><d:getetag/></d:prop>$links</x:$name>";
}

const CALDAV = 'urn:ietf:params:xml:ns:caldav';
const CARDDAV = 'urn:ietf:params:xml:ns:carddav';
$event = 'calendars/alice/personal/x.ics';
$card = 'addressbooks/users/alice/contacts/x.vcf';
$all = static function (?string $expected, array $calls): void {
	foreach ($calls as $call) {
		$given = dav(...$call);
		equal($expected === null, $given === null, json_encode($call) . ' -> ' . var_export($given, true));
	}
};

return [
	'lets the connector do its work on calendars and address books of the account' => static fn () => $all(null, [
		['PROPFIND', ''], ['OPTIONS', ''], ['PROPFIND', 'principals/users/alice/'], ['PROPFIND', 'calendars/alice/'], ['PROPFIND', 'addressbooks/users/alice'],
		['GET', $event], ['HEAD', $event], ['PUT', $event], ['DELETE', $event], ['GET', $card], ['PUT', $card], ['DELETE', $card],
		['MKCALENDAR', 'calendars/alice/tasks/'], ['MKCOL', 'addressbooks/users/alice/exchange/'], ['PROPPATCH', 'calendars/alice/personal/'],
		['DELETE', 'calendars/alice/tasks/'],
	]),
	'reads names as they are percent-encoded' => static fn () => $all(null, [['GET', 'calendars/%61lice/mein%20Kalender/%7Bx%7D%25.ics'], ['PUT', 'calendars/alice/personal/%C3%A4.ics']]),
	'knows the account only by its whole name' => static fn () => $all('no', [
		['GET', 'calendars/bob/personal/x.ics'], ['GET', 'calendars/Alice/personal/x.ics'], ['GET', 'calendars/alice2/personal/x.ics'], ['GET', 'calendars/alic/personal/x.ics'],
		['PROPFIND', 'calendars/'], ['PROPFIND', 'addressbooks/users/'], ['PROPFIND', 'addressbooks/users/bob/'], ['PROPFIND', 'principals/users/'],
		['PROPFIND', 'principals/users/bob/'], ['PROPFIND', 'principals/groups/admin/'], ['PROPFIND', 'addressbooks/groups/alice/'],
	]),
	'opens no other tree' => static fn () => $all('no', array_map(static fn (string $path): array => ['PROPFIND', $path], [
		'files/alice/', 'uploads/alice/', 'trashbin/alice/', 'versions/alice/', 'systemtags/', 'comments/', 'avatars/alice/', 'photos/alice/',
		'public-calendars/abc/', 'appointments/alice/', 'addressbooks/system/system/system/', 'provisioning/',
	])),
	'lets no path lead out by dots, slashes or encodings' => static fn () => $all('no', array_map(static fn (string $path): array => ['PUT', $path], [
		'calendars/alice/../bob/personal/x.ics', 'calendars/alice/%2e%2e/bob/personal/x.ics', 'calendars/alice/.%2E/bob/personal/x.ics',
		'calendars/alice/personal/..%2f..%2f..%2ffiles/alice/x', 'calendars/alice/personal/%2F/x.ics', 'calendars/alice//personal/x.ics', '//calendars/alice/personal/x.ics',
		'calendars/alice/personal/./x.ics', 'calendars\\alice\\personal\\x.ics', 'calendars/alice/personal/x%5Cy.ics', "calendars/alice/personal/x\n.ics", 'calendars/alice/personal/x%00.ics',
		'./calendars/alice/personal/x.ics', '../dav/calendars/alice/personal/x.ics', 'http://other.test/calendars/alice/personal/x.ics',
	])),
	'takes no method that shares, copies, locks or schedules' => static fn () => $all('no', array_map(static fn (string $method): array => [$method, $event], [
		'POST', 'COPY', 'LOCK', 'UNLOCK', 'ACL', 'PATCH', 'BIND', 'SEARCH', 'TRACE', 'put', 'Propfind', '', "PUT\n", 'GET PUT',
	])),
	'leaves the home, the principal and the root as they are' => static fn () => $all('no', [
		['DELETE', 'calendars/alice/'], ['PROPPATCH', 'principals/users/alice/'], ['DELETE', 'principals/users/alice/'], ['PUT', 'calendars/alice'],
		['DELETE', 'addressbooks/users/alice'], ['DELETE', ''], ['PUT', ''], ['MKCOL', 'calendars/alice/'],
		['REPORT', 'principals/users/alice/', report('sync-collection', 'DAV:')],
	]),
	'keeps away from what others share, from scheduling and from what the server makes of other people\'s data' => static fn () => $all('no', [
		['GET', 'calendars/alice/personal_shared_by_bob/x.ics'], ['PUT', 'calendars/alice/personal_shared_by_bob/x.ics'], ['REPORT', 'calendars/alice/personal_shared_by_bob/', report('sync-collection', 'DAV:')],
		['GET', 'addressbooks/users/alice/contacts_shared_by_bob/x.vcf'], ['GET', 'addressbooks/users/alice/z-server-generated--system/Database%3Abob.vcf'],
		['PUT', 'calendars/alice/inbox/x.ics'], ['GET', 'calendars/alice/inbox/x.ics'], ['GET', 'calendars/alice/contact_birthdays/x.ics'],
	]),
	'moves only inside of one home' => static function () use ($all, $event): void {
		$all(null, [
			['MOVE', $event, '', ROOT . 'calendars/alice/work/x.ics'], ['MOVE', $event, '', 'https://cloud.test' . ROOT . 'calendars/alice/work/x.ics'],
			['MOVE', 'calendars/alice/trashbin/objects/7.ics', '', ROOT . 'calendars/alice/trashbin/restore/file'],
		]);
		$all('no', [
			['MOVE', $event], ['MOVE', $event, '', ROOT . 'files/alice/leak.ics'], ['MOVE', $event, '', ROOT . 'calendars/bob/personal/x.ics'],
			['MOVE', $event, '', 'https://cloud.test' . ROOT . 'calendars/bob/personal/x.ics'], ['MOVE', $event, '', ROOT . 'calendars/alice/../bob/personal/x.ics'],
			['MOVE', $event, '', ROOT . 'addressbooks/users/alice/contacts/x.ics'], ['MOVE', $event, '', '/elsewhere/calendars/alice/personal/x.ics'], ['MOVE', $event, '', 'calendars/alice/personal/x.ics'],
			['MOVE', $event, '', ROOT . 'calendars/alice/work/x.ics?a=/../../bob/'], ['MOVE', 'calendars/alice/personal/', '', ROOT . 'calendars/alice/other/'], ['MOVE', $event, '', ROOT . 'calendars/alice/personal_shared_by_bob/x.ics'],
			['PUT', $event, '', ROOT . 'files/alice/leak.ics'], ['GET', $event, '', ROOT . 'calendars/alice/personal/y.ics'],
		]);
	},
	'answers the reports of a sync' => static fn () => $all(null, [
		['REPORT', 'calendars/alice/personal/', report('sync-collection', 'DAV:')], ['REPORT', 'calendars/alice/personal/', report('calendar-query', CALDAV)],
		['REPORT', 'calendars/alice/personal/', report('calendar-multiget', CALDAV, [ROOT . $event, 'https://cloud.test' . ROOT . $event])],
		['REPORT', 'addressbooks/users/alice/contacts/', report('addressbook-multiget', CARDDAV, [ROOT . $card])], ['REPORT', 'addressbooks/users/alice/contacts/', report('addressbook-query', CARDDAV)],
		['REPORT', 'calendars/alice/trashbin/objects/', report('calendar-query', CALDAV)],
	]),
	'answers no report that searches people or other trees' => static fn () => $all('no', array_map(static fn (string $body): array => ['REPORT', 'calendars/alice/personal/', $body], [
		report('principal-property-search', 'DAV:'), report('principal-match', 'DAV:'), report('expand-property', 'DAV:'), report('principal-search-property-set', 'DAV:'), report('acl-principal-prop-set', 'DAV:'),
		report('free-busy-query', CALDAV), report('filter-files', 'http://owncloud.org/ns'), report('calendar-search', 'http://nextcloud.com/ns'),
		report('sync-collection', 'DAV: '), report('calendar-query', CARDDAV), '', 'sync-collection', '<sync-collection xmlns="DAV:"', str_repeat(' ', 100),
	])),
	'reads the name of a report past comments, and expands no entities' => static function () use ($all): void {
		$comment = '<?xml version="1.0"?><!-- <d:sync-collection xmlns:d="DAV:"/> -->';
		$all(null, [['REPORT', 'calendars/alice/personal/', report('calendar-query', CALDAV, [], $comment)]]);
		$all('no', [
			['REPORT', 'calendars/alice/personal/', report('principal-property-search', 'DAV:', [], $comment)],
			['REPORT', 'calendars/alice/personal/', report('sync-collection', 'DAV:', [], '<?xml version="1.0"?><!DOCTYPE a [<!ENTITY x SYSTEM "file:///etc/passwd">]>')],
			['REPORT', 'calendars/alice/personal/', mb_convert_encoding(report('principal-property-search', 'DAV:', [], '<?xml version="1.0" encoding="UTF-16"?>'), 'UTF-16')],
		]);
	},
	'gives by a multiget nothing that lies outside of its collection' => static fn () => $all('no', array_map(
		static fn (string $href): array => ['REPORT', 'calendars/alice/personal/', report('calendar-multiget', CALDAV, [ROOT . $event, $href])],
		[ROOT . 'calendars/bob/personal/x.ics', ROOT . 'files/alice/secret.ics', ROOT . 'calendars/alice/personal_shared_by_bob/x.ics', ROOT . 'principals/users/bob', ROOT . 'calendars/alice/../bob/x.ics', 'https://cloud.test' . ROOT . 'files/alice/x', 'calendars/bob/personal/x.ics', ''],
	)),
	'makes no subscription: the server would fetch whatever address it names' => static fn () => $all('no', [
		['MKCOL', 'calendars/alice/feed/', '<d:mkcol xmlns:d="DAV:" xmlns:cs="http://calendarserver.org/ns/"><d:set><d:prop><d:resourcetype><d:collection/><cs:subscribed/></d:resourcetype><cs:source><d:href>http://10.0.0.1/</d:href></cs:source></d:prop></d:set></d:mkcol>'],
		['MKCOL', 'calendars/alice/feed/', "<?xml version=\"1.0\"?>\n<d:mkcol xmlns:d='DAV:' xmlns:a='http://calendarserver.org/ns/'><d:set><d:prop><d:resourcetype><d:collection/><a:subscribed></a:subscribed></d:resourcetype></d:prop></d:set></d:mkcol>"],
		['PROPPATCH', 'calendars/alice/feed/', '<d:propertyupdate xmlns:d="DAV:" xmlns:cs="http://calendarserver.org/ns/"><d:set><d:prop><cs:source><d:href>http://10.0.0.1/</d:href></cs:source></d:prop></d:set></d:propertyupdate>'],
	]),
];
