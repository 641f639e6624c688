<?php

declare(strict_types=1);

/**
 * SPDX-FileCopyrightText: The Nextcloud Exchange Connector contributors
 * SPDX-License-Identifier: AGPL-3.0-or-later
 */

namespace OCA\ExchangeConnector\Service;

use OCA\ExchangeConnector\AppInfo\Application;
use OCA\ExchangeConnector\Signature\Signature;
use OCP\AppFramework\Utility\ITimeFactory;
use OCP\IAppConfig;

/** The secret shared with the connector: made here, stored encrypted, shown once. The one before stays good until it is dropped. */
class SecretService {
	private const BYTES = 32;

	public function __construct(
		private IAppConfig $config,
		private ITimeFactory $time,
	) {
	}

	/** @return list<string> the present one first */
	public function usable(): array {
		return array_values(array_filter([$this->read('secret'), $this->read('secret_previous')], static fn (string $one): bool => $one !== ''));
	}

	/** The new secret, this once. */
	public function rotate(): string {
		$secret = rtrim(strtr(base64_encode(random_bytes(self::BYTES)), '+/', '-_'), '=');
		$this->write('secret_previous', $this->read('secret'));
		$this->write('secret_previous_at', $this->read('secret_at'));
		$this->write('secret', $secret);
		$this->write('secret_at', (string)$this->time->getTime());
		return $secret;
	}

	public function dropPrevious(): void {
		$this->write('secret_previous', '');
		$this->write('secret_previous_at', '');
	}

	/** @return array{current: ?string, previous: ?string} */
	public function fingerprints(): array {
		return ['current' => $this->fingerprint('secret'), 'previous' => $this->fingerprint('secret_previous')];
	}

	/** @return array{current: ?int, previous: ?int} unix seconds */
	public function madeAt(): array {
		$at = static fn (string $text): ?int => $text === '' ? null : (int)$text;
		return ['current' => $at($this->read('secret_at')), 'previous' => $at($this->read('secret_previous_at'))];
	}

	private function fingerprint(string $key): ?string {
		$secret = $this->read($key);
		return $secret === '' ? null : Signature::fingerprint($secret);
	}

	private function read(string $key): string {
		return $this->config->getValueString(Application::APP_ID, $key, '', true);
	}

	private function write(string $key, string $value): void {
		$this->config->setValueString(Application::APP_ID, $key, $value, lazy: true, sensitive: true);
	}
}
