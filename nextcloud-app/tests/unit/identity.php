<?php

declare(strict_types=1);

/**
 * SPDX-FileCopyrightText: The Nextcloud Exchange Connector contributors
 * SPDX-License-Identifier: AGPL-3.0-or-later
 */

namespace OCA\ExchangeConnector\Tests;

use OCA\ExchangeConnector\Service\Identity;

/** Addresses: what is one, and whose domain is allowed. */

return [
	'keeps the name of a mailbox as it is written and its domain in lower case' => static function (): void {
		equal('Anna.Muster@corp.test', Identity::normalized("  Anna.Muster@Corp.TEST\n"));
	},
	'takes no other text for an address' => static function (): void {
		$texts = ['', '@', 'anna', '@corp.test', 'anna@', 'anna@corp', "anna@corp.test\r\nBcc: bob@corp.test", 'anna@corp.test,bob@corp.test', 'Anna <anna@corp.test>', str_repeat('a', 250) . '@corp.test'];
		foreach ($texts as $text) {
			equal(null, Identity::normalized($text), json_encode($text));
		}
	},
	'allows a domain that is named, in any case' => static function (): void {
		equal(true, Identity::isDomainAllowed('anna@corp.test', ['other.test', 'corp.test']));
		equal(true, Identity::isDomainAllowed('anna@CORP.test', ['corp.test']));
	},
	'compares domains whole: no part of one, no subdomain, nothing before or behind' => static function (): void {
		foreach (['a@evil-corp.test', 'a@sub.corp.test', 'a@corp.test.evil.org', 'a@corp.tes', 'a@corp.test.', 'corp.test', 'a@corp.test@evil.org', 'a@test'] as $email) {
			equal(false, Identity::isDomainAllowed($email, ['corp.test']), $email);
		}
	},
	'does not take one character of another alphabet for a Latin one' => static function (): void {
		equal(false, Identity::isDomainAllowed("a@c\u{43e}rp.test", ['corp.test']));
	},
	'allows every domain where none is named' => static fn () => equal(true, Identity::isDomainAllowed('a@anywhere.test', [])),
];
