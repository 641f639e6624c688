<?php

declare(strict_types=1);

/**
 * SPDX-FileCopyrightText: The Nextcloud Exchange Connector contributors
 * SPDX-License-Identifier: AGPL-3.0-or-later
 */

namespace OCA\ExchangeConnector\Service;

use OCP\IConfig;
use OCP\IUserManager;

/** Which invitations are Exchange's, when it has the say: those of calendars that are in step, of people who take part. */
class SchedulingService {
	public function __construct(
		private EnrolmentStore $store,
		private IUserManager $users,
		private IConfig $config,
	) {
	}

	/** @param string $path below the DAV root: calendars/UID/URI/OBJECT */
	public function isExchangesTurn(string $path): bool {
		$segments = array_map('rawurldecode', explode('/', trim($path, '/')));
		if (($segments[0] ?? '') !== 'calendars' || count($segments) < 3) {
			return false;
		}
		$row = $this->store->find($segments[1]);
		return $row !== null && $row['state'] === 'active' && $this->isLinked($row, $segments[2]);
	}

	/** Local people without a mailbox of their own get their copy from the server, as ever. Everybody else is reached by mail. */
	public function isReachedByExchange(string $recipient): bool {
		$email = (string)preg_replace('/^mailto:/i', '', $recipient);
		$owner = $this->store->ownerOf($email);
		if ($owner !== null) {
			return in_array($this->store->find($owner)['state'] ?? '', ['active', 'paused'], true);
		}
		return $this->users->getByEmail($email) === [];
	}

	/** A calendar whose changes go to Exchange: chosen by name, or the default one where none is named. */
	private function isLinked(array $row, string $uri): bool {
		foreach ($row['choices'] as $choice) {
			if ($choice['kind'] !== 'calendar' || $choice['direction'] === 'to-nextcloud') {
				continue;
			}
			if (($choice['nextcloud'] ?? $this->defaultCalendar($row['uid'])) === $uri && $choice['exchange']['kind'] !== 'others') {
				return true;
			}
		}
		return false;
	}

	private function defaultCalendar(string $uid): string {
		return $this->config->getUserValue($uid, 'dav', 'defaultCalendar', 'personal');
	}
}
