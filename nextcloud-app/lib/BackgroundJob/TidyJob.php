<?php

declare(strict_types=1);

/**
 * SPDX-FileCopyrightText: The Nextcloud Exchange Connector contributors
 * SPDX-License-Identifier: AGPL-3.0-or-later
 */

namespace OCA\ExchangeConnector\BackgroundJob;

use OCA\ExchangeConnector\Service\CommandService;
use OCA\ExchangeConnector\Service\EnrolmentService;
use OCA\ExchangeConnector\Service\EnrolmentStore;
use OCA\ExchangeConnector\Service\JournalService;
use OCA\ExchangeConnector\Service\NonceStore;
use OCA\ExchangeConnector\Service\ProofService;
use OCP\AppFramework\Utility\ITimeFactory;
use OCP\BackgroundJob\TimedJob;

/** Throws away what has had its time: used nonces, expired codes, finished wishes, and the journal of a connector that went away. */
class TidyJob extends TimedJob {
	private const EVERY_SECONDS = 3600;
	private const COMMANDS_KEPT_SECONDS = 7 * 86400;

	public function __construct(
		ITimeFactory $time,
		private NonceStore $nonces,
		private ProofService $proofs,
		private CommandService $commands,
		private JournalService $journal,
		private EnrolmentStore $store,
	) {
		parent::__construct($time);
		$this->setInterval(self::EVERY_SECONDS);
	}

	protected function run($argument): void {
		$now = $this->time->getTime();
		$this->nonces->prune();
		$this->proofs->prune();
		$this->commands->prune($now - self::COMMANDS_KEPT_SECONDS);
		$this->journal->prune($now - JournalService::KEPT_SECONDS);
		$this->store->pruneGone($now - EnrolmentService::TOMBSTONE_SECONDS);
	}
}
