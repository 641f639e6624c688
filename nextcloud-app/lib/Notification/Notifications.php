<?php

declare(strict_types=1);

/**
 * SPDX-FileCopyrightText: The Nextcloud Exchange Connector contributors
 * SPDX-License-Identifier: AGPL-3.0-or-later
 */

namespace OCA\ExchangeConnector\Notification;

use OCP\AppFramework\Utility\ITimeFactory;
use OCP\Notification\IManager;

/** Sends and takes away the app's notifications; the one place that knows their ids. */
class Notifications {
	public function __construct(
		private IManager $manager,
		private ITimeFactory $time,
	) {
	}

	public function send(string $uid, string $subject): void {
		$notification = $this->manager->createNotification();
		$notification->setApp('exchange_connector')
			->setUser($uid)
			->setDateTime($this->time->getDateTime())
			->setObject('consent', $subject)
			->setSubject($subject);
		$this->manager->notify($notification);
	}

	/** What it asked for has been settled, in whatever way. */
	public function settled(string $uid, string $subject): void {
		$notification = $this->manager->createNotification();
		$notification->setApp('exchange_connector')->setUser($uid)->setObject('consent', $subject);
		$this->manager->markProcessed($notification);
	}
}
