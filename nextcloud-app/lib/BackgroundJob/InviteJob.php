<?php

declare(strict_types=1);

/**
 * SPDX-FileCopyrightText: The Nextcloud Exchange Connector contributors
 * SPDX-License-Identifier: AGPL-3.0-or-later
 */

namespace OCA\ExchangeConnector\BackgroundJob;

use OCA\ExchangeConnector\Notification\Invitations;
use OCP\AppFramework\Utility\ITimeFactory;
use OCP\BackgroundJob\IJob;
use OCP\BackgroundJob\TimedJob;

/** Goes through the accounts and invites who may take part. Done by cron, never while a page is loaded. */
class InviteJob extends TimedJob {
	private const EVERY_SECONDS = 3600;

	public function __construct(
		ITimeFactory $time,
		private Invitations $invitations,
	) {
		parent::__construct($time);
		$this->setInterval(self::EVERY_SECONDS);
		$this->setTimeSensitivity(IJob::TIME_INSENSITIVE);
	}

	protected function run($argument): void {
		$this->invitations->round();
	}
}
