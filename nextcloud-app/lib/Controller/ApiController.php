<?php

declare(strict_types=1);

/**
 * SPDX-FileCopyrightText: The Nextcloud Exchange Connector contributors
 * SPDX-License-Identifier: AGPL-3.0-or-later
 */

namespace OCA\ExchangeConnector\Controller;

use OCA\ExchangeConnector\AppInfo\Application;
use OCA\ExchangeConnector\Dav\Gate;
use OCA\ExchangeConnector\Service\CollectionService;
use OCA\ExchangeConnector\Service\CommandService;
use OCA\ExchangeConnector\Service\DavBatchService;
use OCA\ExchangeConnector\Service\EnrolmentService;
use OCA\ExchangeConnector\Service\JournalService;
use OCA\ExchangeConnector\Service\RefusedException;
use OCA\ExchangeConnector\Service\SecretService;
use OCA\ExchangeConnector\Service\SettingsService;
use OCA\ExchangeConnector\Service\StatusService;
use OCA\ExchangeConnector\Service\UserList;
use OCP\App\IAppManager;
use OCP\AppFramework\Http\Attribute\ApiRoute;
use OCP\AppFramework\Http\Attribute\NoCSRFRequired;
use OCP\AppFramework\Http\Attribute\PublicPage;
use OCP\AppFramework\Http\DataResponse;
use OCP\AppFramework\OCSController;
use OCP\IConfig;
use OCP\IRequest;

/**
 * The signed API of the connector (openapi.json). "Public" only in the server's terms: SignatureMiddleware has verified the service account and the signature
 * before any method here runs.
 */
class ApiController extends OCSController {
	private const LIMIT_MAX = 1000;
	private const LIMIT = 500;

	public function __construct(
		string $appName,
		IRequest $request,
		private Gate $gate,
		private SettingsService $settings,
		private SecretService $secrets,
		private EnrolmentService $enrolment,
		private UserList $userList,
		private CollectionService $collections,
		private JournalService $journal,
		private CommandService $commands,
		private StatusService $status,
		private DavBatchService $batches,
		private IConfig $config,
		private IAppManager $apps,
	) {
		parent::__construct($appName, $request);
	}

	#[PublicPage]
	#[NoCSRFRequired]
	#[ApiRoute(verb: 'GET', url: '/api/v1/ping')]
	public function ping(): DataResponse {
		$limits = $this->batches->objectLimits();
		return new DataResponse([
			'app' => $this->apps->getAppVersion(Application::APP_ID),
			'nextcloud' => $this->config->getSystemValueString('version'),
			'time' => microtime(true),
			'serviceAccount' => $this->settings->getServiceAccount(),
			'secrets' => $this->secrets->fingerprints(),
			'features' => ['dav-batch', 'journal', 'commands', 'webhook'],
			'schedulingAuthority' => $this->settings->getSchedulingAuthority(),
			'limits' => [
				'batchRequests' => DavBatchService::REQUESTS_MAX,
				'batchBytes' => DavBatchService::BYTES_MAX,
				'eventBytes' => $limits['event'],
				'cardBytes' => $limits['card'],
			],
			'journalPending' => $this->journal->countPending(),
		]);
	}

	#[PublicPage]
	#[NoCSRFRequired]
	#[ApiRoute(verb: 'GET', url: '/api/v1/work')]
	public function work(): DataResponse {
		return new DataResponse([
			'journalPending' => $this->journal->countPending(),
			'commandsPending' => $this->commands->countPending(),
			'usersUpdatedAt' => $this->enrolment->lastUpdatedAt(),
		]);
	}

	/** @psalm-param int<1, 1000> $limit */
	#[PublicPage]
	#[NoCSRFRequired]
	#[ApiRoute(verb: 'GET', url: '/api/v1/users')]
	public function users(string $cursor = '', ?int $updated_since = null, int $limit = self::LIMIT): DataResponse {
		$after = $cursor === '' ? '' : (string)base64_decode(strtr($cursor, '-_', '+/'), true);
		['users' => $users, 'next' => $next] = $this->userList->page($updated_since, $after, self::bounded($limit));
		return new DataResponse([
			'users' => $users,
			'next' => $next === null ? null : rtrim(strtr(base64_encode($next), '+/', '-_'), '='),
		]);
	}

	#[PublicPage]
	#[NoCSRFRequired]
	#[ApiRoute(verb: 'GET', url: '/api/v1/users/{uid}/collections')]
	public function collections(string $uid): DataResponse {
		$this->gate->consenting($uid);
		return new DataResponse(['collections' => $this->collections->of($uid)]);
	}

	#[PublicPage]
	#[NoCSRFRequired]
	#[ApiRoute(verb: 'POST', url: '/api/v1/users/{uid}/dav')]
	public function dav(string $uid): DataResponse {
		return new DataResponse(['responses' => $this->batches->run($uid, $this->list('requests'))]);
	}

	/** @psalm-param int<1, 1000> $limit */
	#[PublicPage]
	#[NoCSRFRequired]
	#[ApiRoute(verb: 'GET', url: '/api/v1/journal')]
	public function journal(int $limit = self::LIMIT): DataResponse {
		$entries = $this->journal->page(self::bounded($limit) + 1);
		return new DataResponse(['entries' => array_slice($entries, 0, self::bounded($limit)), 'more' => count($entries) > self::bounded($limit)]);
	}

	#[PublicPage]
	#[NoCSRFRequired]
	#[ApiRoute(verb: 'POST', url: '/api/v1/journal/ack')]
	public function ackJournal(): DataResponse {
		$ids = array_filter($this->list('ids'), 'is_int');
		return new DataResponse(['acked' => $this->journal->acknowledge(array_values($ids))]);
	}

	/** @psalm-param int<1, 1000> $limit */
	#[PublicPage]
	#[NoCSRFRequired]
	#[ApiRoute(verb: 'GET', url: '/api/v1/commands')]
	public function commands(int $limit = self::LIMIT): DataResponse {
		$commands = $this->commands->page(self::bounded($limit) + 1);
		return new DataResponse(['commands' => array_slice($commands, 0, self::bounded($limit)), 'more' => count($commands) > self::bounded($limit)]);
	}

	#[PublicPage]
	#[NoCSRFRequired]
	#[ApiRoute(verb: 'POST', url: '/api/v1/commands/ack')]
	public function ackCommands(): DataResponse {
		$results = [];
		foreach ($this->list('results') as $one) {
			if (!is_array($one) || !is_int($one['id'] ?? null) || !in_array($one['outcome'] ?? '', ['done', 'failed'], true)) {
				throw new RefusedException('bad-request', 'results', 400);
			}
			$results[] = ['id' => $one['id'], 'outcome' => $one['outcome'], 'message' => (string)($one['message'] ?? '')];
		}
		return new DataResponse(['acked' => $this->commands->acknowledge($results)]);
	}

	#[PublicPage]
	#[NoCSRFRequired]
	#[ApiRoute(verb: 'POST', url: '/api/v1/status')]
	public function status(): DataResponse {
		$users = $this->list('users');
		if (count($users) > StatusService::USERS_MAX) {
			throw new RefusedException('too-large', 'at most ' . StatusService::USERS_MAX . ' users', 413);
		}
		$connector = $this->request->getParam('connector');
		return new DataResponse(['stored' => $this->status->store(is_array($connector) ? $connector : [], array_values(array_filter($users, 'is_array')))]);
	}

	private function list(string $name): array {
		$value = $this->request->getParam($name);
		if (!is_array($value) || !array_is_list($value)) {
			throw new RefusedException('bad-request', "$name must be a list", 400);
		}
		return $value;
	}

	private static function bounded(int $limit): int {
		return max(1, min(self::LIMIT_MAX, $limit));
	}
}
