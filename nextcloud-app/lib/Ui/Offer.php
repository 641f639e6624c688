<?php

declare(strict_types=1);

/**
 * SPDX-FileCopyrightText: The Nextcloud Exchange Connector contributors
 * SPDX-License-Identifier: AGPL-3.0-or-later
 */

namespace OCA\ExchangeConnector\Ui;

use OCA\ExchangeConnector\Service\IdentityService;
use OCA\ExchangeConnector\Service\SecretService;
use OCA\ExchangeConnector\Service\SettingsService;

/** What an account may be offered. Nothing, as long as the administrator has not set up the connection: a consent that nobody carries out is a promise broken. */
class Offer {
	public function __construct(
		private SettingsService $settings,
		private SecretService $secrets,
		private IdentityService $identity,
	) {
	}

	/** As IdentityService::eligibility, or refused as `not-configured`. */
	public function to(string $uid): array {
		if (!$this->isReady()) {
			return ['kind' => 'refused', 'reason' => 'not-configured'];
		}
		if ($uid === $this->settings->getServiceAccount()) {
			return ['kind' => 'refused', 'reason' => 'not-allowed'];
		}
		return $this->identity->eligibility($uid);
	}

	public function isReady(): bool {
		return $this->settings->getServiceAccount() !== '' && $this->secrets->usable() !== [];
	}
}
