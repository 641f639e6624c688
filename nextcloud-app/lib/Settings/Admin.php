<?php

declare(strict_types=1);

/**
 * SPDX-FileCopyrightText: The Nextcloud Exchange Connector contributors
 * SPDX-License-Identifier: AGPL-3.0-or-later
 */

namespace OCA\ExchangeConnector\Settings;

use OCA\ExchangeConnector\Ui\AdminView;
use OCP\AppFramework\Http\TemplateResponse;
use OCP\AppFramework\Services\IInitialState;
use OCP\Settings\IDelegatedSettings;
use OCP\Util;

/** The administration page; may be delegated to a group. No secret is in its state: the one that is shown comes in the answer that made it. */
class Admin implements IDelegatedSettings {
	public function __construct(
		private IInitialState $state,
		private AdminView $view,
	) {
	}

	public function getForm(): TemplateResponse {
		$this->state->provideInitialState('settings', $this->view->settings());
		$this->state->provideInitialState('connector', $this->view->connector());
		Util::addScript('exchange_connector', 'exchange_connector-admin');
		return new TemplateResponse('exchange_connector', 'admin');
	}

	public function getSection(): string {
		return 'exchange_connector';
	}

	public function getPriority(): int {
		return 10;
	}

	public function getName(): ?string {
		// The section alone names it.
		return null;
	}

	/** Nobody may write this app's values through the general endpoint of app values: the app's own checks would be passed by. */
	public function getAuthorizedAppConfig(): array {
		return [];
	}
}
