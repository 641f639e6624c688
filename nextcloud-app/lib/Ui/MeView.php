<?php

declare(strict_types=1);

/**
 * SPDX-FileCopyrightText: The Nextcloud Exchange Connector contributors
 * SPDX-License-Identifier: AGPL-3.0-or-later
 */

namespace OCA\ExchangeConnector\Ui;

use OCA\ExchangeConnector\Service\CollectionService;
use OCA\ExchangeConnector\Service\CommandService;
use OCA\ExchangeConnector\Service\EnrolmentService;
use OCA\ExchangeConnector\Service\SettingsService;
use OCA\ExchangeConnector\Service\StatusService;

/** Everything that the consent page shows of one account, in the shape of `Me` in src/logic/types.ts. */
class MeView {
	public function __construct(
		private Offer $offer,
		private EnrolmentService $enrolment,
		private StatusService $status,
		private CommandService $commands,
		private SettingsService $settings,
		private CollectionService $collections,
		private ReportView $reports,
	) {
	}

	public function of(string $uid): array {
		$row = $this->enrolment->find($uid);
		$pending = $this->commands->pending($uid);
		return [
			'eligibility' => $this->offer->to($uid),
			'consent' => [
				'state' => $row['state'] ?? 'none',
				'email' => $row['email'] ?? null,
				'source' => $row['identity']['source'] ?? null,
				'establishedAt' => $row['identity']['at'] ?? null,
				'consentedAt' => $row['consentedAt'] ?? null,
				'withdrawal' => $row['withdrawal'] ?? null,
			],
			'choices' => ($row['choices'] ?? []) === [] ? $this->settings->getDefaultChoices() : $row['choices'],
			'collections' => $this->collections->of($uid),
			'report' => $this->reports->of($this->status->report($uid), $pending),
			'isSyncRequested' => in_array('sync-now', array_column($pending, 'kind'), true),
			'schedulingAuthority' => $this->settings->getSchedulingAuthority(),
		];
	}
}
