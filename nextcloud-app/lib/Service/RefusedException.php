<?php

declare(strict_types=1);

/**
 * SPDX-FileCopyrightText: The Nextcloud Exchange Connector contributors
 * SPDX-License-Identifier: AGPL-3.0-or-later
 */

namespace OCA\ExchangeConnector\Service;

use Exception;

/** What the app does not do, with a code that pages and the connector have words for. */
class RefusedException extends Exception {
	public function __construct(
		public readonly string $errorCode,
		string $message = '',
		public readonly int $status = 403,
	) {
		parent::__construct($message === '' ? $errorCode : $message);
	}
}
