<?php

declare(strict_types=1);

/**
 * SPDX-FileCopyrightText: The Nextcloud Exchange Connector contributors
 * SPDX-License-Identifier: AGPL-3.0-or-later
 */

namespace OCA\ExchangeConnector\Settings;

use OCA\ExchangeConnector\Ui\MeView;
use OCP\AppFramework\Http\TemplateResponse;
use OCP\AppFramework\Services\IInitialState;
use OCP\IUserSession;
use OCP\Settings\ISettings;
use OCP\Util;

/** The consent page. Its script is loaded here and nowhere else: no other page of Nextcloud runs anything of this app. */
class Personal implements ISettings {
	public function __construct(
		private IInitialState $state,
		private IUserSession $session,
		private MeView $me,
	) {
	}

	public function getForm(): TemplateResponse {
		// The state travels with the page: looking at it costs no further request.
		$this->state->provideInitialState('me', $this->me->of($this->session->getUser()->getUID()));
		Util::addScript('exchange_connector', 'exchange_connector-personal');
		return new TemplateResponse('exchange_connector', 'personal');
	}

	public function getSection(): string {
		return 'exchange_connector';
	}

	public function getPriority(): int {
		return 10;
	}
}
