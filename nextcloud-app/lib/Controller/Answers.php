<?php

declare(strict_types=1);

/**
 * SPDX-FileCopyrightText: The Nextcloud Exchange Connector contributors
 * SPDX-License-Identifier: AGPL-3.0-or-later
 */

namespace OCA\ExchangeConnector\Controller;

use OCA\ExchangeConnector\Service\RefusedException;
use OCP\AppFramework\Http\DataResponse;

/** How the pages' controllers answer: the new state, or a refusal as a code that the page has words for. */
trait Answers {
	/** @param callable(): array $work */
	private function answer(callable $work): DataResponse {
		try {
			return new DataResponse($work());
		} catch (RefusedException $refused) {
			return new DataResponse(['code' => $refused->errorCode, 'message' => $refused->getMessage()], $refused->status);
		}
	}
}
