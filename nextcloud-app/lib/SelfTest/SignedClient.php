<?php

declare(strict_types=1);

/**
 * SPDX-FileCopyrightText: The Nextcloud Exchange Connector contributors
 * SPDX-License-Identifier: AGPL-3.0-or-later
 */

namespace OCA\ExchangeConnector\SelfTest;

use OCA\ExchangeConnector\Signature\Signature;
use OCA\ExchangeConnector\Signature\SignedRequest;
use OCP\AppFramework\Utility\ITimeFactory;
use OCP\Http\Client\IClientService;

/** Calls this server from outside, through its web server, signed as the connector signs. */
class SignedClient {
	/** Marks requests of the test: they do not count as a sign of life of the connector. */
	public const NONCE_PREFIX = 'self-test-';
	private const TIMEOUT_SECONDS = 20;

	public function __construct(
		private IClientService $clients,
		private ITimeFactory $time,
	) {
	}

	public function nonce(): string {
		return self::NONCE_PREFIX . bin2hex(random_bytes(16));
	}

	/**
	 * @param array{url: string, username: string, password: string, secret: string} $to
	 * @param array{method?: string, path: string, user?: string, body?: string, nonce?: string, sentBody?: string, headers?: array<string, string>} $call `sentBody`: another body than the signed one
	 */
	public function call(array $to, array $call): Answer {
		$url = rtrim($to['url'], '/') . $call['path'];
		$body = $call['body'] ?? '';
		$path = (string)parse_url($url, PHP_URL_PATH);
		$query = parse_url($url, PHP_URL_QUERY);
		$method = $call['method'] ?? 'GET';
		$request = new SignedRequest(
			$method,
			$path . (is_string($query) ? "?$query" : ''),
			rawurlencode($call['user'] ?? '') ?: '*',
			(string)$this->time->getTime(),
			$call['nonce'] ?? $this->nonce(),
			$body,
			'',
		);
		return Answer::of($this->clients->newClient()->request($method, $url, [
			'auth' => [$to['username'], $to['password']],
			'headers' => [
				'OCS-APIRequest' => 'true',
				'Accept' => 'application/json',
				'Content-Type' => 'application/json',
				'X-EXC-User' => $request->user,
				'X-EXC-Timestamp' => $request->timestamp,
				'X-EXC-Nonce' => $request->nonce,
				'X-EXC-Signature' => Signature::sign($to['secret'], Signature::TO_APP, $request),
				...($call['headers'] ?? []),
			],
			...(($call['sentBody'] ?? $body) === '' ? [] : ['body' => $call['sentBody'] ?? $body]),
			'timeout' => self::TIMEOUT_SECONDS,
			'http_errors' => false,
			'allow_redirects' => false,
			'nextcloud' => ['allow_local_address' => true],
		]));
	}
}
