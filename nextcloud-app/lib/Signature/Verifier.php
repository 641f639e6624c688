<?php

declare(strict_types=1);

/**
 * SPDX-FileCopyrightText: The Nextcloud Exchange Connector contributors
 * SPDX-License-Identifier: AGPL-3.0-or-later
 */

namespace OCA\ExchangeConnector\Signature;

/**
 * Says whether a request was signed by the connector. Pure: the time, the secrets and the memory of nonces are given. The nonce is asked last, and only of a
 * request whose signature is right: others must not fill the memory.
 */
final class Verifier {
	/**
	 * @param list<string> $secrets the present one, and the one before while it is being replaced
	 * @param callable(string $nonce): bool $isNew remembers the nonce; false when it was there
	 * @return string|null null: it is right; else 'not-configured', 'signature', 'timestamp' or 'nonce'
	 */
	public static function refusal(SignedRequest $request, array $secrets, int $now, callable $isNew): ?string {
		$usable = array_filter($secrets, static fn (string $secret): bool => strlen($secret) >= Signature::SECRET_LENGTH_MIN);
		if ($usable === []) {
			return 'not-configured';
		}
		if (preg_match('/^[0-9a-f]{64}$/D', $request->signature) !== 1) {
			return 'signature';
		}
		if (preg_match('/^[1-9][0-9]{0,11}$/D', $request->timestamp) !== 1) {
			return 'timestamp';
		}
		if (preg_match('/^[A-Za-z0-9_-]{16,64}$/D', $request->nonce) !== 1) {
			return 'nonce';
		}
		$isRight = false;
		foreach ($usable as $secret) {
			// Every secret is tried, whatever the first one gave: the time must not tell which it was.
			$isRight = hash_equals(Signature::sign($secret, Signature::TO_APP, $request), $request->signature) || $isRight;
		}
		if (!$isRight) {
			return 'signature';
		}
		if (abs($now - (int)$request->timestamp) > Signature::SKEW_SECONDS) {
			return 'timestamp';
		}
		return $isNew($request->nonce) ? null : 'nonce';
	}
}
