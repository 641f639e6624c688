<?php

declare(strict_types=1);

/**
 * SPDX-FileCopyrightText: The Nextcloud Exchange Connector contributors
 * SPDX-License-Identifier: AGPL-3.0-or-later
 */

namespace OCA\ExchangeConnector\SelfTest;

use OCP\Http\Client\IResponse;

/** An answer of this server to the self-test, read once: a response gives its body only the first time. */
final class Answer {
	private function __construct(
		public readonly int $status,
		public readonly string $location,
		/** The refusal's code, at either door; empty where there is none. */
		public readonly string $code,
		public readonly mixed $data,
	) {
	}

	public static function of(IResponse $response): self {
		$data = json_decode((string)$response->getBody(), true)['ocs']['data'] ?? null;
		$code = $response->getHeader('X-EXC-Error');
		return new self(
			$response->getStatusCode(),
			$response->getHeader('Location'),
			$code !== '' ? $code : (string)(is_array($data) ? $data['code'] ?? '' : ''),
			$data,
		);
	}
}
