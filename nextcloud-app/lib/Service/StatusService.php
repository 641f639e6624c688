<?php

declare(strict_types=1);

/**
 * SPDX-FileCopyrightText: The Nextcloud Exchange Connector contributors
 * SPDX-License-Identifier: AGPL-3.0-or-later
 */

namespace OCA\ExchangeConnector\Service;

use OCA\ExchangeConnector\AppInfo\Application;
use OCA\ExchangeConnector\Notification\Notifications;
use OCA\ExchangeConnector\Notification\Notifier;
use OCP\AppFramework\Utility\ITimeFactory;
use OCP\DB\QueryBuilder\IQueryBuilder;
use OCP\IAppConfig;
use OCP\IDBConnection;

/** What the connector said last of each person, and of itself. */
class StatusService {
	public const USERS_MAX = 500;
	private const REPORT_BYTES_MAX = 64 * 1024;
	/** Writing the moment of every call would be a write per poll. */
	private const SEEN_SECONDS = 60;

	public function __construct(
		private IDBConnection $db,
		private IAppConfig $config,
		private ITimeFactory $time,
		private EnrolmentStore $store,
		private Notifications $notifications,
	) {
	}

	/**
	 * @param array<string, mixed> $connector
	 * @param list<array<string, mixed>> $users
	 * @return int how many were stored: reports of people who do not take part are not
	 */
	public function store(array $connector, array $users): int {
		$now = $this->time->getTime();
		$this->remember(['version' => (string)($connector['version'] ?? ''), 'instance' => (string)($connector['instance'] ?? ''), 'lastReportAt' => $now]);
		$stored = 0;
		$halted = $this->halted(array_map(static fn (array $report): string => (string)($report['uid'] ?? ''), $users));
		foreach ($users as $report) {
			$uid = (string)($report['uid'] ?? '');
			$text = json_encode($report, JSON_THROW_ON_ERROR | JSON_INVALID_UTF8_SUBSTITUTE);
			if (!in_array($this->store->find($uid)['state'] ?? '', ['active', 'paused'], true) || strlen($text) > self::REPORT_BYTES_MAX) {
				continue;
			}
			$this->tell($uid, ($report['outcome'] ?? '') === 'halted', in_array($uid, $halted, true));
			$this->put($uid, [
				'outcome' => mb_substr((string)($report['outcome'] ?? ''), 0, 16),
				'conflicts' => count((array)($report['conflicts'] ?? [])),
				'report' => $text,
				'reported_at' => $now,
			]);
			$stored++;
		}
		return $stored;
	}

	/**
	 * @param list<string> $uids
	 * @return list<string> those whose last report said that a guard had stopped it
	 */
	private function halted(array $uids): array {
		$halted = [];
		foreach (array_chunk($uids, 500) as $some) {
			$query = $this->db->getQueryBuilder();
			$query->select('uid')->from('exc_status')
				->where($query->expr()->eq('outcome', $query->createNamedParameter('halted')))
				->andWhere($query->expr()->in('uid', $query->createNamedParameter($some, IQueryBuilder::PARAM_STR_ARRAY)));
			$result = $query->executeQuery();
			array_push($halted, ...array_map('strval', array_column($result->fetchAll(), 'uid')));
			$result->closeCursor();
		}
		return $halted;
	}

	/** The person hears once that it stopped; the message goes when it runs again. */
	private function tell(string $uid, bool $isHalted, bool $wasHalted): void {
		if ($isHalted && !$wasHalted) {
			$this->notifications->send($uid, Notifier::HALTED);
		} elseif (!$isHalted && $wasHalted) {
			$this->notifications->settled($uid, Notifier::HALTED);
		}
	}

	/** As the connector sent it, with `reportedAt`. */
	public function report(string $uid): ?array {
		return $this->reports([$uid])[$uid] ?? null;
	}

	/**
	 * @param list<string> $uids
	 * @return array<string, array>
	 */
	public function reports(array $uids): array {
		$reports = [];
		foreach (array_chunk($uids, 500) as $some) {
			$query = $this->db->getQueryBuilder();
			$query->select('uid', 'report', 'reported_at')->from('exc_status')
				->where($query->expr()->in('uid', $query->createNamedParameter($some, IQueryBuilder::PARAM_STR_ARRAY)));
			$result = $query->executeQuery();
			foreach ($result->fetchAll() as $row) {
				$report = json_decode((string)$row['report'], true);
				if (is_array($report)) {
					$reports[(string)$row['uid']] = [...$report, 'reportedAt' => (int)$row['reported_at']];
				}
			}
			$result->closeCursor();
		}
		return $reports;
	}

	/** @return array{failed: int, halted: int, conflicts: int} people, not items */
	public function attention(): array {
		$query = $this->db->getQueryBuilder();
		$query->select('outcome')->selectAlias($query->func()->count('*'), 'number')->from('exc_status')->groupBy('outcome');
		$result = $query->executeQuery();
		$byOutcome = [];
		foreach ($result->fetchAll() as $row) {
			$byOutcome[(string)$row['outcome']] = (int)$row['number'];
		}
		$result->closeCursor();
		$query = $this->db->getQueryBuilder();
		$query->select($query->func()->count('*'))->from('exc_status')->where($query->expr()->gt('conflicts', $query->createNamedParameter(0, IQueryBuilder::PARAM_INT)));
		$result = $query->executeQuery();
		$conflicts = (int)$result->fetchOne();
		$result->closeCursor();
		return ['failed' => $byOutcome['failed'] ?? 0, 'halted' => $byOutcome['halted'] ?? 0, 'conflicts' => $conflicts];
	}

	/** @return array{version: ?string, instance: ?string, lastSeenAt: ?int, lastReportAt: ?int} */
	public function connector(): array {
		$known = json_decode($this->config->getValueString(Application::APP_ID, 'connector', '', true), true);
		$known = is_array($known) ? $known : [];
		return [
			'version' => ($known['version'] ?? '') === '' ? null : (string)$known['version'],
			'instance' => ($known['instance'] ?? '') === '' ? null : (string)$known['instance'],
			'lastSeenAt' => isset($known['lastSeenAt']) ? (int)$known['lastSeenAt'] : null,
			'lastReportAt' => isset($known['lastReportAt']) ? (int)$known['lastReportAt'] : null,
		];
	}

	/** A signed request was right: the connector is there. */
	public function seen(): void {
		$now = $this->time->getTime();
		$last = $this->connector()['lastSeenAt'] ?? 0;
		$isWatched = $last < $this->config->getValueInt(Application::APP_ID, 'watched_since', 0, true);
		if ($isWatched || $now - $last >= self::SEEN_SECONDS) {
			$this->remember(['lastSeenAt' => $now]);
		}
	}

	/** From now on the next sign of life is written down at once. Gives the moment from which one counts. */
	public function watch(): int {
		$since = $this->time->getTime() + 1;
		$this->config->setValueInt(Application::APP_ID, 'watched_since', $since, lazy: true);
		return $since;
	}

	public function forget(string $uid): void {
		$query = $this->db->getQueryBuilder();
		$query->delete('exc_status')->where($query->expr()->eq('uid', $query->createNamedParameter($uid)))->executeStatement();
	}

	private function remember(array $more): void {
		$this->config->setValueString(Application::APP_ID, 'connector', json_encode([...array_filter($this->connector(), static fn ($one): bool => $one !== null), ...$more], JSON_THROW_ON_ERROR), lazy: true);
	}

	private function put(string $uid, array $values): void {
		$this->db->setValues('exc_status', ['uid' => $uid], $values);
	}
}
