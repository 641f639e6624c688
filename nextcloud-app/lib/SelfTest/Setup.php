<?php

declare(strict_types=1);

/**
 * SPDX-FileCopyrightText: The Nextcloud Exchange Connector contributors
 * SPDX-License-Identifier: AGPL-3.0-or-later
 */

namespace OCA\ExchangeConnector\SelfTest;

use OCA\ExchangeConnector\Service\SecretService;
use OCA\ExchangeConnector\Service\SettingsService;
use OCP\IGroupManager;
use OCP\IUserManager;

/** What an administrator has to set before anything can work. */
class Setup {
	private const WHERE = 'Administration settings, Exchange Connector';

	public function __construct(
		private SettingsService $settings,
		private SecretService $secrets,
		private IUserManager $users,
		private IGroupManager $groups,
	) {
	}

	/** @return iterable<Step> a failed one ends the test */
	public function steps(): iterable {
		$uid = $this->settings->getServiceAccount();
		$user = $uid === '' ? null : $this->users->get($uid);
		yield match (true) {
			$uid === '' => Step::failed('no service account is set', self::WHERE . ': name an account without administrator rights that serves the connector alone.'),
			$user === null => Step::failed("the service account $uid does not exist", "occ user:add $uid, or name another one: " . self::WHERE . '.'),
			!$user->isEnabled() => Step::failed("the service account $uid is disabled", "occ user:enable $uid"),
			$this->groups->isAdmin($uid) => Step::failed("the service account $uid is an administrator", "It needs no rights: occ group:removeuser admin $uid, or name another account."),
			default => Step::ok("the service account is $uid, without administrator rights"),
		};
		['current' => $current, 'previous' => $previous] = $this->secrets->fingerprints();
		yield $current === null
			? Step::failed('there is no shared secret', 'Make one and give it to the connector: occ exchange_connector:secret:rotate')
			: Step::ok("there is a shared secret ($current)");
		if ($previous !== null) {
			yield Step::note("the previous secret ($previous) is still accepted", 'When the connector has the new one: occ exchange_connector:secret:rotate --drop-previous');
		}
	}
}
