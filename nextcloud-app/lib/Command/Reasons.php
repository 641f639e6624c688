<?php

declare(strict_types=1);

/**
 * SPDX-FileCopyrightText: The Nextcloud Exchange Connector contributors
 * SPDX-License-Identifier: AGPL-3.0-or-later
 */

namespace OCA\ExchangeConnector\Command;

/** The words of refusals on the command line; the pages have their own, translated. */
final class Reasons {
	private const WORDS = [
		'unknown-user' => 'there is no such account',
		'user-disabled' => 'the account is disabled',
		'not-allowed' => 'the account is in none of the groups that may take part',
		'no-identity' => 'no mailbox is assigned: occ exchange_connector:users:map UID EMAIL',
		'duplicate-email' => 'the mailbox belongs to another account',
		'domain-not-allowed' => 'mailboxes of this domain are not allowed (administration settings, allowed domains)',
		'bad-email' => 'this is not an e-mail address',
		'bad-csv' => 'the line is not of the form account,address',
		'no-consent' => 'the account does not take part',
		'already-active' => 'the account takes part already',
	];

	public static function of(string $code): string {
		return self::WORDS[$code] ?? $code;
	}
}
