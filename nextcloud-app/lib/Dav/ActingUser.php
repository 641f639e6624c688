<?php

declare(strict_types=1);

/**
 * SPDX-FileCopyrightText: The Nextcloud Exchange Connector contributors
 * SPDX-License-Identifier: AGPL-3.0-or-later
 */

namespace OCA\ExchangeConnector\Dav;

use OCP\IUserManager;
use OCP\IUserSession;

/** Goes on as somebody else for the rest of the request, without a session of theirs. The one place that knows how the server sets up an account. */
class ActingUser {
	public function __construct(
		private IUserSession $session,
		private IUserManager $users,
	) {
	}

	/** Gives the principal. */
	public function become(string $uid): string {
		$this->session->setVolatileActiveUser($this->users->get($uid));
		\OC_Util::setupFS($uid);
		return 'principals/users/' . $uid;
	}
}
