<?php

declare(strict_types=1);

/**
 * SPDX-FileCopyrightText: The Nextcloud Exchange Connector contributors
 * SPDX-License-Identifier: AGPL-3.0-or-later
 */

namespace OCA\ExchangeConnector\Signature;

/** What of a request is signed. `requestUri` and `user` are as they were sent, before any decoding. */
final class SignedRequest {
	public function __construct(
		public readonly string $method,
		public readonly string $requestUri,
		public readonly string $user,
		public readonly string $timestamp,
		public readonly string $nonce,
		public readonly string $body,
		public readonly string $signature,
	) {
	}
}
