<?php

declare(strict_types=1);

/**
 * SPDX-FileCopyrightText: The Nextcloud Exchange Connector contributors
 * SPDX-License-Identifier: AGPL-3.0-or-later
 */

namespace OCA\ExchangeConnector\Ui;

use OCA\ExchangeConnector\Service\CommandService;
use OCA\ExchangeConnector\Service\EnrolmentService;
use OCA\ExchangeConnector\Service\RefusedException;
use OCA\ExchangeConnector\Service\StatusService;

/** What a person may ask of the connector on the consent page: only for themselves, and only about what was reported for them. */
class Wishes {
	public function __construct(
		private EnrolmentService $enrolment,
		private StatusService $status,
		private CommandService $commands,
	) {
	}

	/** @throws RefusedException `no-consent` */
	public function syncNow(string $uid): void {
		$this->mustBe($uid, ['active']);
		$this->commands->enqueue($uid, 'sync-now', []);
	}

	/** @throws RefusedException `no-consent`, `unknown-conflict`: somebody else's conflict is as unknown as none */
	public function restore(string $uid, string $conflictId): void {
		$this->mustBe($uid, ['active', 'paused']);
		$known = array_column($this->status->report($uid)['conflicts'] ?? [], 'id');
		if (!in_array($conflictId, array_map('strval', $known), true)) {
			throw new RefusedException('unknown-conflict', '', 404);
		}
		$this->commands->enqueue($uid, 'restore-conflict', ['conflictId' => $conflictId]);
	}

	private function mustBe(string $uid, array $states): void {
		if (!in_array($this->enrolment->find($uid)['state'] ?? 'none', $states, true)) {
			throw new RefusedException('no-consent', '', 409);
		}
	}
}
