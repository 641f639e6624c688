<?php

declare(strict_types=1);

/**
 * SPDX-FileCopyrightText: The Nextcloud Exchange Connector contributors
 * SPDX-License-Identifier: AGPL-3.0-or-later
 */

namespace OCA\ExchangeConnector\Settings;

use OCP\IL10N;
use OCP\IURLGenerator;
use OCP\Settings\IIconSection;

/** The entry of the app in the list of personal settings. */
class PersonalSection implements IIconSection {
	public function __construct(
		private IL10N $l,
		private IURLGenerator $urls,
	) {
	}

	public function getID(): string {
		return 'exchange_connector';
	}

	public function getName(): string {
		return $this->l->t('Exchange');
	}

	public function getPriority(): int {
		return 60;
	}

	public function getIcon(): string {
		return $this->urls->imagePath('exchange_connector', 'app-dark.svg');
	}
}
