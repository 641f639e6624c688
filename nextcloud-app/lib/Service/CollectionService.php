<?php

declare(strict_types=1);

/**
 * SPDX-FileCopyrightText: The Nextcloud Exchange Connector contributors
 * SPDX-License-Identifier: AGPL-3.0-or-later
 */

namespace OCA\ExchangeConnector\Service;

use OCA\ExchangeConnector\Dav\Backends;

/** An account's calendars and address books, its own and those that others share with it, with what tells them apart. */
class CollectionService {
	private const CALDAV = '{urn:ietf:params:xml:ns:caldav}';
	private const CARDDAV = '{urn:ietf:params:xml:ns:carddav}';
	private const OWNCLOUD = '{http://owncloud.org/ns}';
	private const NEXTCLOUD = '{http://nextcloud.com/ns}';
	private const MADE_BY_SERVER = ['contact_birthdays', 'system'];

	public function __construct(
		private Backends $backends,
	) {
	}

	/** @return list<array{kind: string, uri: string, path: string, displayName: string, color: ?string, components: list<string>, isOwn: bool, isWritable: bool, isShared: bool, isSubscription: bool, isDeleted: bool, syncToken: string}> */
	public function of(string $uid): array {
		$principal = 'principals/users/' . $uid;
		return [
			...array_map(fn (array $calendar): array => $this->calendar($uid, $calendar), array_values($this->backends->calendars($principal))),
			...array_map(fn (array $feed): array => $this->subscription($uid, $feed), array_values($this->backends->subscriptions($principal))),
			...array_map(fn (array $book): array => $this->book($uid, $book), array_values($this->backends->addressBooks($principal))),
		];
	}

	private function calendar(string $uid, array $row): array {
		$components = $row[self::CALDAV . 'supported-calendar-component-set'] ?? null;
		return [
			...$this->common($uid, $row),
			'kind' => 'calendar',
			'path' => "calendars/$uid/{$row['uri']}/",
			'color' => $this->textOrNull($row['{http://apple.com/ns/ical/}calendar-color'] ?? null),
			'components' => is_object($components) && method_exists($components, 'getValue') ? array_values($components->getValue()) : [],
			'isDeleted' => ($row[self::NEXTCLOUD . 'deleted-at'] ?? null) !== null,
		];
	}

	private function book(string $uid, array $row): array {
		return [
			...$this->common($uid, $row),
			'kind' => 'contacts',
			'path' => "addressbooks/users/$uid/{$row['uri']}/",
			'color' => null,
			'components' => [],
			'isDeleted' => false,
		];
	}

	private function subscription(string $uid, array $row): array {
		return [
			'kind' => 'calendar',
			'uri' => (string)$row['uri'],
			'path' => "calendars/$uid/{$row['uri']}/",
			'displayName' => (string)($row['{DAV:}displayname'] ?? $row['uri']),
			'color' => $this->textOrNull($row['{http://apple.com/ns/ical/}calendar-color'] ?? null),
			'components' => ['VEVENT'],
			'isOwn' => true,
			'isWritable' => false,
			'isShared' => false,
			'isSubscription' => true,
			'isDeleted' => false,
			'syncToken' => '',
		];
	}

	private function common(string $uid, array $row): array {
		$owner = (string)($row[self::OWNCLOUD . 'owner-principal'] ?? $row['principaluri'] ?? '');
		$isOwn = $owner === '' || $owner === 'principals/users/' . $uid;
		$isReadOnly = (bool)($row[self::OWNCLOUD . 'read-only'] ?? false);
		return [
			'uri' => (string)$row['uri'],
			'displayName' => (string)($row['{DAV:}displayname'] ?? $row['uri']),
			'isOwn' => $isOwn,
			'isWritable' => !$isReadOnly && !in_array($row['uri'], self::MADE_BY_SERVER, true),
			'isShared' => !$isOwn,
			'isSubscription' => false,
			'syncToken' => (string)($row['{http://sabredav.org/ns}sync-token'] ?? ''),
		];
	}

	private function textOrNull(mixed $value): ?string {
		return is_string($value) && $value !== '' ? $value : null;
	}
}
