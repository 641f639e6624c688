<?php

declare(strict_types=1);

/**
 * SPDX-FileCopyrightText: The Nextcloud Exchange Connector contributors
 * SPDX-License-Identifier: AGPL-3.0-or-later
 */

namespace OCA\ExchangeConnector\Dav;

/**
 * Whether a collection belongs to the account itself, by the server's own tables. The home of an account also holds what others share with it, from this server or
 * (since Nextcloud 32) from another one, feeds, and what apps put there; their names say little. For the connector none of that exists.
 */
class OwnCollections {
	private const TRASH = 'trashbin';
	/** @var array<string, true> */
	private array $known = [];

	public function __construct(
		private Backends $backends,
	) {
	}

	/** @param string|null $destination of a MOVE, as AllowList takes it; both were let through by it */
	public function has(string $uid, string $method, string $path, ?string $destination = null): bool {
		return $this->holds($uid, $method, $path) && ($destination === null || $this->holds($uid, $method, $destination));
	}

	private function holds(string $uid, string $method, string $path): bool {
		$collection = AllowList::collectionOf($uid, $path);
		if ($collection === null || $method === 'MKCALENDAR' || $method === 'MKCOL') {
			return true;
		}
		[$home, $name] = $collection;
		$isOwn = isset($this->known["$uid/$home/$name"]) || ($home === 'calendars'
			? $name === self::TRASH || $this->backends->hasCalendar('principals/users/' . $uid, $name)
			: $this->backends->hasAddressBook('principals/users/' . $uid, $name));
		if ($isOwn) {
			$this->known["$uid/$home/$name"] = true;
		}
		return $isOwn;
	}
}
