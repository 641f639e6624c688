<?php

declare(strict_types=1);

/**
 * SPDX-FileCopyrightText: The Nextcloud Exchange Connector contributors
 * SPDX-License-Identifier: AGPL-3.0-or-later
 */

namespace OCA\ExchangeConnector\Service;

use OCP\IConfig;
use OCP\IGroupManager;
use OCP\IUser;
use OCP\IUserManager;

/**
 * Who takes part, as it is told to the connector. What the server keeps of accounts is asked for a whole page at once: one account after the other would
 * cost three statements each. Only membership in groups has no other way, and only where groups are set.
 */
class UserList {
	public function __construct(
		private EnrolmentService $enrolment,
		private SettingsService $settings,
		private IUserManager $users,
		private IGroupManager $groups,
		private IConfig $config,
	) {
	}

	/** @return array{users: list<array>, next: ?string} */
	public function page(?int $since, string $after, int $limit): array {
		['rows' => $rows, 'next' => $next] = $this->enrolment->enrolled($since, $after, $limit);
		$zones = $this->config->getUserValueForUsers('core', 'timezone', array_column($rows, 'uid'));
		$disabled = array_fill_keys(array_map(static fn (IUser $user): string => $user->getUID(), $rows === [] ? [] : array_values($this->users->getDisabledUsers())), true);
		return [
			'users' => array_map(fn (array $row): array => $this->user($row, $zones[$row['uid']] ?? '', !isset($disabled[$row['uid']])), $rows),
			'next' => $next,
		];
	}

	private function user(array $row, string $zone, bool $isEnabled): array {
		return [
			'uid' => $row['uid'],
			'displayName' => $row['displayName'],
			'email' => $row['email'],
			'identity' => $row['identity'],
			'state' => $row['state'],
			'withdrawal' => $row['withdrawal'],
			'enabled' => $isEnabled && !self::isGone($row) && $this->isInGroups($row['uid']),
			'timeZone' => $zone === '' ? null : $zone,
			'consentedAt' => $row['consentedAt'] ?? 0,
			'updatedAt' => $row['updatedAt'],
			'choices' => $row['choices'],
		];
	}

	/** The account was deleted: EnrolmentService::forget() leaves that much of it. */
	private static function isGone(array $row): bool {
		return $row['state'] === 'withdrawn' && $row['consentedAt'] === null;
	}

	private function isInGroups(string $uid): bool {
		$groups = $this->settings->getGroups();
		foreach ($groups as $group) {
			if ($this->groups->isInGroup($uid, $group)) {
				return true;
			}
		}
		return $groups === [];
	}
}
