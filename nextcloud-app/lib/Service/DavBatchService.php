<?php

declare(strict_types=1);

/**
 * SPDX-FileCopyrightText: The Nextcloud Exchange Connector contributors
 * SPDX-License-Identifier: AGPL-3.0-or-later
 */

namespace OCA\ExchangeConnector\Service;

use OCA\ExchangeConnector\Dav\ActingUser;
use OCA\ExchangeConnector\Dav\AllowList;
use OCA\ExchangeConnector\Dav\BatchServer;
use OCA\ExchangeConnector\Dav\Gate;
use OCA\ExchangeConnector\Dav\OwnCollections;
use OCP\IConfig;
use OCP\IURLGenerator;
use Psr\Log\LoggerInterface;

/**
 * Batches of DAV requests for one account. One after the other, each for itself, never in one transaction: around a whole batch it would make other
 * clients miss changes, and one failure would take the rest with it.
 */
class DavBatchService {
	public const REQUESTS_MAX = 100;
	public const BYTES_MAX = 8 * 1024 * 1024;

	private const CHANGED = ['status' => 503, 'headers' => ['x-exc-error' => 'changed', 'retry-after' => '1'], 'body' => 'the account changed meanwhile'];

	public function __construct(
		private Gate $gate,
		private EnrolmentService $enrolment,
		private ActingUser $actingUser,
		private OwnCollections $own,
		private IURLGenerator $urls,
		private IConfig $config,
		private LoggerInterface $log,
	) {
	}

	/**
	 * @return list<array{status: int, headers: array<string, string>, body: ?string}> in the order of the requests
	 * @throws RefusedException
	 */
	public function run(string $uid, array $requests): array {
		$checked = $this->checked($requests);
		$before = $this->enrolment->mark($uid);
		$this->gate->consenting($uid);
		$this->actingUser->become($uid);
		$baseUri = $this->urls->getWebroot() . '/remote.php/dav/';
		$server = new BatchServer($uid, $baseUri);
		$answers = [];
		foreach ($checked as $request) {
			// Somebody may withdraw, be disabled or be given another mailbox meanwhile. What is left comes again, and meets the gate as it is then.
			$isSame = $this->enrolment->mark($uid) === $before;
			$answers[] = $isSame ? $this->one($server, $uid, $request, $baseUri) : self::CHANGED;
		}
		return $answers;
	}

	/** @return array{event: int, card: int} bytes */
	public function objectLimits(): array {
		return [
			'event' => (int)$this->config->getAppValue('dav', 'event_size_limit', '10485760'),
			'card' => (int)$this->config->getAppValue('dav', 'card_size_limit', '5242880'),
		];
	}

	private function one(BatchServer $server, string $uid, array $request, string $baseUri): array {
		['method' => $method, 'path' => $path, 'headers' => $headers, 'body' => $body] = $request;
		$destination = null;
		foreach ($headers as $name => $value) {
			if (strtolower($name) === 'destination') {
				$destination = AllowList::below($value, $baseUri) ?? '..';
			}
		}
		$refusal = AllowList::refusal($uid, $method, $path, $destination, (string)$body, $baseUri);
		if ($refusal !== null) {
			return ['status' => 403, 'headers' => ['x-exc-error' => 'not-allowed'], 'body' => $refusal];
		}
		if (!$this->own->has($uid, $method, $path, $destination)) {
			return $server->missing();
		}
		// The plugin that watches the size is not part of this server.
		$limits = $this->objectLimits();
		$limit = str_starts_with($path, 'addressbooks/') ? $limits['card'] : $limits['event'];
		if ($method === 'PUT' && strlen((string)$body) > $limit) {
			return ['status' => 403, 'headers' => [], 'body' => 'The object is larger than ' . $limit . ' bytes'];
		}
		$answer = $server->request($method, $path, $headers, $body);
		if ($answer['status'] >= 500) {
			$this->log->warning('A request of a batch failed: ' . $method, ['app' => 'exchange_connector', 'status' => $answer['status']]);
		}
		return $answer;
	}

	/** @return list<array{method: string, path: string, headers: array<string, string>, body: ?string}> */
	private function checked(array $requests): array {
		if (!array_is_list($requests) || $requests === [] || count($requests) > self::REQUESTS_MAX) {
			throw new RefusedException(count($requests) > self::REQUESTS_MAX ? 'too-large' : 'bad-request', '1 to ' . self::REQUESTS_MAX . ' requests', count($requests) > self::REQUESTS_MAX ? 413 : 400);
		}
		$bytes = array_sum(array_map(static fn (mixed $one): int => is_array($one) && is_string($one['body'] ?? null) ? strlen($one['body']) : 0, $requests));
		if ($bytes > self::BYTES_MAX) {
			throw new RefusedException('too-large', 'at most ' . self::BYTES_MAX . ' bytes', 413);
		}
		return array_map(static function (mixed $one): array {
			$isRight = is_array($one) && is_string($one['method'] ?? null) && is_string($one['path'] ?? null)
				&& is_array($one['headers'] ?? []) && (($one['body'] ?? null) === null || is_string($one['body']));
			if (!$isRight) {
				throw new RefusedException('bad-request', 'method, path, headers, body', 400);
			}
			$headers = [];
			foreach ($one['headers'] ?? [] as $name => $value) {
				if (!is_string($value) || preg_match('/[\r\n\0]/', $name . $value) === 1) {
					throw new RefusedException('bad-request', 'headers', 400);
				}
				$headers[(string)$name] = $value;
			}
			return ['method' => strtoupper($one['method']), 'path' => ltrim($one['path'], '/'), 'headers' => $headers, 'body' => $one['body'] ?? null];
		}, $requests);
	}
}
