<?php

declare(strict_types=1);

/**
 * SPDX-FileCopyrightText: The Nextcloud Exchange Connector contributors
 * SPDX-License-Identifier: AGPL-3.0-or-later
 */

namespace OCA\ExchangeConnector\Signature;

/** The arithmetic of signed requests, in both directions. Pure; checked against vectors that the connector is checked against, too. */
final class Signature {
	public const TO_APP = 'connector-to-app';
	public const TO_CONNECTOR = 'app-to-connector';
	public const SKEW_SECONDS = 300;
	public const SECRET_LENGTH_MIN = 32;

	private const KEY_BYTES = 32;

	/** HKDF-SHA256 (RFC 5869): one key per direction, so that a webhook cannot be sent back as a request. */
	public static function key(string $secret, string $direction): string {
		return hash_hkdf('sha256', $secret, self::KEY_BYTES, 'exchange_connector ' . $direction, '');
	}

	public static function canonical(SignedRequest $request): string {
		return implode("\n", [
			'EXC1',
			$request->method,
			$request->requestUri,
			$request->user,
			$request->timestamp,
			$request->nonce,
			hash('sha256', $request->body),
		]);
	}

	/** Lower-case hexadecimal. */
	public static function sign(string $secret, string $direction, SignedRequest $request): string {
		return hash_hmac('sha256', self::canonical($request), self::key($secret, $direction));
	}

	/** The first eight digits of the secret's hash: enough to see whether two sides mean the same one. */
	public static function fingerprint(string $secret): string {
		return substr(hash('sha256', $secret), 0, 8);
	}
}
