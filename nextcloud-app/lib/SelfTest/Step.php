<?php

declare(strict_types=1);

/**
 * SPDX-FileCopyrightText: The Nextcloud Exchange Connector contributors
 * SPDX-License-Identifier: AGPL-3.0-or-later
 */

namespace OCA\ExchangeConnector\SelfTest;

/** What one step of the self-test found; `advice` says what to change when it failed. */
final class Step {
	private function __construct(
		public readonly string $outcome,
		public readonly string $text,
		public readonly string $advice = '',
	) {
	}

	public static function ok(string $text): self {
		return new self('ok', $text);
	}

	public static function failed(string $text, string $advice): self {
		return new self('failed', $text, $advice);
	}

	/** Not tried, or not as it should be, and yet nothing that stops the connector. */
	public static function note(string $text, string $advice = ''): self {
		return new self('note', $text, $advice);
	}
}
