<?php

declare(strict_types=1);

/**
 * SPDX-FileCopyrightText: The Nextcloud Exchange Connector contributors
 * SPDX-License-Identifier: AGPL-3.0-or-later
 */

namespace OCA\ExchangeConnector\Service;

use OCA\ExchangeConnector\AppInfo\Application;
use OCA\ExchangeConnector\Signature\SignedRequest;
use OCA\ExchangeConnector\Signature\Signature;
use OCP\AppFramework\Utility\ITimeFactory;
use OCP\Http\Client\IClientService;
use OCP\IAppConfig;
use Psr\Log\LoggerInterface;
use Throwable;

/**
 * Tells the connector to look, once per request and after the answer has gone out. It carries no data and may be lost: the journal is the truth. A connector
 * that does not answer is left alone for a while, so that nobody's request waits for it.
 */
class WebhookService {
	private const CONNECT_SECONDS = 0.5;
	private const TOTAL_SECONDS = 2;
	private const FAILURES_MAX = 3;
	private const REST_SECONDS = 300;
	private const USERS_MAX = 100;

	/** @var array<string, array<string, true>> users by event */
	private array $waiting = [];
	private bool $isArmed = false;

	public function __construct(
		private SettingsService $settings,
		private SecretService $secrets,
		private IAppConfig $config,
		private IClientService $clients,
		private ITimeFactory $time,
		private LoggerInterface $log,
	) {
	}

	public function wake(string $event, string $uid): void {
		$this->waiting[$event][$uid] = true;
		if ($this->isArmed) {
			return;
		}
		$this->isArmed = true;
		register_shutdown_function(function (): void {
			try {
				if ($this->settings->getWebhookUrl() === '' || $this->isResting()) {
					return;
				}
				if (PHP_SAPI !== 'cli' && function_exists('fastcgi_finish_request')) {
					fastcgi_finish_request();
				}
				$this->send();
			} catch (Throwable $error) {
				$this->log->warning('The connector could not be woken: ' . $error->getMessage(), ['app' => Application::APP_ID]);
			}
		});
	}

	/**
	 * One call for each kind of event; used by the self-test, too.
	 *
	 * @return list<int> the statuses of the answers
	 */
	public function send(?string $only = null): array {
		$statuses = [];
		foreach ($only === null ? $this->waiting : [$only => []] as $event => $users) {
			$statuses[] = $this->post($event, array_slice(array_map('strval', array_keys($users)), 0, self::USERS_MAX));
		}
		$this->waiting = [];
		return $statuses;
	}

	private function post(string $event, array $users): int {
		$url = $this->settings->getWebhookUrl();
		$secret = $this->secrets->usable()[0] ?? null;
		if ($url === '' || $secret === null) {
			return 0;
		}
		$body = json_encode(['v' => 1, 'event' => $event, 'users' => $users], JSON_THROW_ON_ERROR);
		try {
			$response = $this->clients->newClient()->post($url, [
				'body' => $body,
				'headers' => ['Content-Type' => 'application/json', ...$this->signed($secret, $url, $body)],
				'connect_timeout' => self::CONNECT_SECONDS,
				'timeout' => self::TOTAL_SECONDS,
				'http_errors' => false,
				'allow_redirects' => false,
				// The connector usually lives in the same network.
				'nextcloud' => ['allow_local_address' => true],
			]);
			$this->note($response->getStatusCode() < 500);
			return $response->getStatusCode();
		} catch (Throwable $error) {
			$this->note(false);
			throw $error;
		}
	}

	private function signed(string $secret, string $url, string $body): array {
		$path = parse_url($url, PHP_URL_PATH) ?: '/';
		$query = parse_url($url, PHP_URL_QUERY);
		$nonce = bin2hex(random_bytes(16));
		$timestamp = (string)$this->time->getTime();
		$request = new SignedRequest('POST', $path . ($query === null || $query === false ? '' : "?$query"), '*', $timestamp, $nonce, $body, '');
		return [
			'X-EXC-User' => '*',
			'X-EXC-Timestamp' => $timestamp,
			'X-EXC-Nonce' => $nonce,
			'X-EXC-Signature' => Signature::sign($secret, Signature::TO_CONNECTOR, $request),
		];
	}

	private function isResting(): bool {
		return $this->config->getValueInt(Application::APP_ID, 'webhook_rest_until', 0, true) > $this->time->getTime();
	}

	private function note(bool $wasWell): void {
		$failures = $this->config->getValueInt(Application::APP_ID, 'webhook_failures', 0, true);
		if ($wasWell && $failures === 0) {
			return;
		}
		$this->config->setValueInt(Application::APP_ID, 'webhook_failures', $wasWell ? 0 : $failures + 1, lazy: true);
		if (!$wasWell && $failures + 1 >= self::FAILURES_MAX) {
			$this->config->setValueInt(Application::APP_ID, 'webhook_rest_until', $this->time->getTime() + self::REST_SECONDS, lazy: true);
		}
	}
}
