<?php

declare(strict_types=1);

/**
 * SPDX-FileCopyrightText: The Nextcloud Exchange Connector contributors
 * SPDX-License-Identifier: AGPL-3.0-or-later
 */

namespace OCA\ExchangeConnector\Notification;

use OCA\ExchangeConnector\AppInfo\Application;
use OCA\ExchangeConnector\Service\EnrolmentService;
use OCA\ExchangeConnector\Service\SettingsService;
use OCA\ExchangeConnector\Ui\Offer;
use OCP\IAppConfig;
use OCP\IGroupManager;
use OCP\IUser;
use OCP\IUserManager;

/**
 * Invites whoever may take part, once. A round looks at some hundreds of accounts and remembers where it stopped, so that an organisation of any
 * size is gone through without a long job, and who comes later is found by a later round.
 */
class Invitations {
	private const PER_ROUND = 500;

	public function __construct(
		private SettingsService $settings,
		private Offer $offer,
		private EnrolmentService $enrolment,
		private Notifications $notifications,
		private IAppConfig $config,
		private IUserManager $users,
		private IGroupManager $groups,
	) {
	}

	/** @return int how many were invited */
	public function round(): int {
		if (!$this->offer->isReady()) {
			return 0;
		}
		$invited = 0;
		foreach ($this->nextAccounts() as $user) {
			$invited += $this->invite($user->getUID()) ? 1 : 0;
		}
		return $invited;
	}

	private function invite(string $uid): bool {
		$row = $this->enrolment->find($uid);
		if ($row !== null && ($row['invitedAt'] !== null || $row['state'] !== 'none')) {
			return false;
		}
		if ($this->offer->to($uid)['kind'] === 'refused') {
			return false;
		}
		// First the mark: a job that dies in between invites nobody twice.
		$this->enrolment->markInvited($uid);
		$this->notifications->send($uid, Notifier::INVITATION);
		return true;
	}

	/** @return list<IUser> the next accounts, of the groups that may take part or of all */
	private function nextAccounts(): array {
		$groups = $this->settings->getGroups();
		$cursor = json_decode($this->config->getValueString(Application::APP_ID, 'invite_cursor', '', true), true);
		[$index, $offset] = [(int)($cursor['group'] ?? 0), (int)($cursor['offset'] ?? 0)];
		$found = $groups === []
			? $this->users->searchDisplayName('', self::PER_ROUND, $offset)
			: ($this->groups->get($groups[$index] ?? '')?->searchUsers('', self::PER_ROUND, $offset) ?? []);
		$isLast = count($found) < self::PER_ROUND;
		$next = $isLast ? ['group' => $index + 1 < count($groups) ? $index + 1 : 0, 'offset' => 0] : ['group' => $index, 'offset' => $offset + self::PER_ROUND];
		$this->config->setValueString(Application::APP_ID, 'invite_cursor', json_encode($next, JSON_THROW_ON_ERROR), lazy: true);
		return array_values($found);
	}
}
