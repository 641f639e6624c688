<?php

declare(strict_types=1);

/**
 * SPDX-FileCopyrightText: The Nextcloud Exchange Connector contributors
 * SPDX-License-Identifier: AGPL-3.0-or-later
 */

namespace OCA\ExchangeConnector\Service;

use OCP\AppFramework\Utility\ITimeFactory;
use OCP\DB\QueryBuilder\IQueryBuilder;
use OCP\IDBConnection;

/** What people ask of the connector: it fetches the wishes and says what became of them. One of a kind per person waits at a time. */
class CommandService {
	private const MESSAGE_LENGTH_MAX = 500;

	public function __construct(
		private IDBConnection $db,
		private ITimeFactory $time,
		private EnrolmentStore $store,
		private WebhookService $webhook,
	) {
	}

	public function enqueue(string $uid, string $kind, array $args = []): void {
		foreach ($this->pending($uid) as $waiting) {
			if ($waiting['kind'] === $kind && $waiting['args'] == $args) {
				return;
			}
		}
		$query = $this->db->getQueryBuilder();
		$query->insert('exc_commands')->values([
			'uid' => $query->createNamedParameter($uid),
			'kind' => $query->createNamedParameter($kind),
			'args' => $query->createNamedParameter(json_encode((object)$args, JSON_THROW_ON_ERROR)),
			'created_at' => $query->createNamedParameter($this->time->getTime(), IQueryBuilder::PARAM_INT),
		])->executeStatement();
		$this->webhook->wake('command', $uid);
	}

	/** @return list<array{id: int, kind: string, args: array}> */
	public function pending(string $uid): array {
		$query = $this->db->getQueryBuilder();
		$query->select('id', 'kind', 'args')->from('exc_commands')->orderBy('id')
			->where($query->expr()->isNull('done_at'))
			->andWhere($query->expr()->eq('uid', $query->createNamedParameter($uid)));
		return array_map(static fn (array $row): array => [
			'id' => (int)$row['id'], 'kind' => (string)$row['kind'], 'args' => (array)json_decode((string)$row['args'], true),
		], $this->rows($query));
	}

	/** @return list<array{id: int, uid: string, email: ?string, kind: string, args: object}> oldest first */
	public function page(int $limit): array {
		$query = $this->db->getQueryBuilder();
		$query->select('id', 'uid', 'kind', 'args')->from('exc_commands')->orderBy('id')->setMaxResults($limit)
			->where($query->expr()->isNull('done_at'));
		return array_map(fn (array $row): array => [
			'id' => (int)$row['id'],
			'uid' => (string)$row['uid'],
			'email' => $this->store->find((string)$row['uid'])['email'] ?? null,
			'kind' => (string)$row['kind'],
			'args' => json_decode((string)$row['args']) ?? (object)[],
		], $this->rows($query));
	}

	/**
	 * A code that was placed is not kept.
	 *
	 * @param list<array{id: int, outcome: string, message: string}> $results
	 */
	public function acknowledge(array $results): int {
		$acked = 0;
		foreach ($results as $result) {
			$query = $this->db->getQueryBuilder();
			$query->update('exc_commands')
				->set('done_at', $query->createNamedParameter($this->time->getTime(), IQueryBuilder::PARAM_INT))
				->set('outcome', $query->createNamedParameter($result['outcome'] === 'done' ? 'done' : 'failed'))
				->set('message', $query->createNamedParameter(mb_substr((string)$result['message'], 0, self::MESSAGE_LENGTH_MAX)))
				->set('args', $query->createNamedParameter('{}'))
				->where($query->expr()->eq('id', $query->createNamedParameter((int)$result['id'], IQueryBuilder::PARAM_INT)))
				->andWhere($query->expr()->isNull('done_at'));
			$acked += $query->executeStatement();
		}
		return $acked;
	}

	public function drop(string $uid, ?string $kind = null): void {
		$query = $this->db->getQueryBuilder();
		$query->delete('exc_commands')->where($query->expr()->eq('uid', $query->createNamedParameter($uid)));
		if ($kind !== null) {
			$query->andWhere($query->expr()->eq('kind', $query->createNamedParameter($kind)))->andWhere($query->expr()->isNull('done_at'));
		}
		$query->executeStatement();
	}

	public function countPending(): int {
		$query = $this->db->getQueryBuilder();
		$query->select($query->func()->count('*'))->from('exc_commands')->where($query->expr()->isNull('done_at'));
		$result = $query->executeQuery();
		$count = (int)$result->fetchOne();
		$result->closeCursor();
		return $count;
	}

	public function prune(int $beforeSeconds): void {
		$query = $this->db->getQueryBuilder();
		$query->delete('exc_commands')->where($query->expr()->lt('done_at', $query->createNamedParameter($beforeSeconds, IQueryBuilder::PARAM_INT)))->executeStatement();
	}

	private function rows(IQueryBuilder $query): array {
		$result = $query->executeQuery();
		$rows = $result->fetchAll();
		$result->closeCursor();
		return $rows;
	}
}
