<?php

declare(strict_types=1);

/**
 * SPDX-FileCopyrightText: The Nextcloud Exchange Connector contributors
 * SPDX-License-Identifier: AGPL-3.0-or-later
 */

namespace OCA\ExchangeConnector\Service;

/** The arithmetic of addresses: their form, and whether their domain is allowed. Pure. */
final class Identity {
	/** As it is kept and compared: without spaces around it, the domain in lower case. Null: not an address. */
	public static function normalized(string $email): ?string {
		$email = trim($email);
		$at = strrpos($email, '@');
		if ($at === false || $at === 0 || strlen($email) > 254 || filter_var($email, FILTER_VALIDATE_EMAIL, FILTER_FLAG_EMAIL_UNICODE) === false) {
			return null;
		}
		return substr($email, 0, $at) . '@' . strtolower(substr($email, $at + 1));
	}

	/**
	 * Compared whole: `corp.com` allows neither `evil-corp.com` nor `corp.com.evil.org` nor `sub.corp.com`.
	 *
	 * @param list<string> $domains lower case; none: every domain
	 */
	public static function isDomainAllowed(string $email, array $domains): bool {
		if ($domains === []) {
			return true;
		}
		return in_array(strtolower(substr($email, (int)strrpos($email, '@') + 1)), $domains, true);
	}
}
