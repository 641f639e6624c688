<?php

declare(strict_types=1);

/**
 * SPDX-FileCopyrightText: The Nextcloud Exchange Connector contributors
 * SPDX-License-Identifier: AGPL-3.0-or-later
 */

namespace OCA\ExchangeConnector\Dav;

use OCA\DAV\CalDAV\CalDavBackend;
use OCA\DAV\CardDAV\CardDavBackend;

/** The one place that knows the private classes behind calendars and address books (Nextcloud 30 to 34). */
class Backends {
	public function __construct(
		private CalDavBackend $calendars,
		private CardDavBackend $books,
	) {
	}

	/** Own and shared ones. */
	public function calendars(string $principal): array {
		return $this->calendars->getCalendarsForUser($principal);
	}

	public function subscriptions(string $principal): array {
		return $this->calendars->getSubscriptionsForUser($principal);
	}

	/** Of the account itself, not shared with it. */
	public function hasCalendar(string $principal, string $uri): bool {
		return $this->calendars->getCalendarByUri($principal, $uri) !== null;
	}

	public function hasAddressBook(string $principal, string $uri): bool {
		return $this->books->getAddressBooksByUri($principal, $uri) !== null;
	}

	public function addressBooks(string $principal): array {
		return $this->books->getAddressBooksForUser($principal);
	}
}
