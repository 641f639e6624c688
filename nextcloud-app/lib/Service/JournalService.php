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
use Throwable;

/**
 * What changed, one row per change, written in the transaction of the change itself and taken away row by row once the connector has taken notice. Ids commit
 * out of order, so nobody may ask for "everything above an id".
 */
class JournalService {
	/** A connector that was away longer compares everything anyway. */
	public const KEPT_SECONDS = 30 * 86400;
	private const IDS_PER_STATEMENT = 500;

	/** Set while a request of the connector is carried out: its own writes are told as such. */
	private bool $isConnector = false;
	/** @var array<string, bool> who takes part, for this request */
	private array $takingPart = [];

	public function __construct(
		private IDBConnection $db,
		private ITimeFactory $time,
		private EnrolmentStore $store,
		private WebhookService $webhook,
	) {
	}

	/** Everything that is written from now on in this request comes from the connector. */
	public function actAsConnector(): void {
		$this->isConnector = true;
	}

	public function isConnector(): bool {
		return $this->isConnector;
	}

	/** Whether changes of this account are told at all: the others leave no trace. */
	public function isFollowed(string $uid): bool {
		return $this->takingPart[$uid] ??= in_array($this->store->find($uid)['state'] ?? '', ['active', 'paused'], true);
	}

	/** @return int the id of the row */
	public function write(string $uid, array $change): int {
		// A savepoint inside of the person's transaction: on PostgreSQL a statement that failed would take the whole of it along.
		$this->db->beginTransaction();
		try {
			$id = $this->insert($uid, $change);
			$this->db->commit();
		} catch (Throwable $error) {
			$this->db->rollBack();
			throw $error;
		}
		if (!$this->isConnector) {
			$this->webhook->wake('changed', $uid);
		}
		return $id;
	}

	private function insert(string $uid, array $change): int {
		$query = $this->db->getQueryBuilder();
		$query->insert('exc_journal')->values([
			'uid' => $query->createNamedParameter($uid),
			'kind' => $query->createNamedParameter($change['kind']),
			'collection' => $query->createNamedParameter($change['collection']),
			'object' => $query->createNamedParameter($change['object']),
			'op' => $query->createNamedParameter($change['op']),
			'origin' => $query->createNamedParameter($this->isConnector ? 'connector' : 'user'),
			'created_at' => $query->createNamedParameter($this->time->getTime(), IQueryBuilder::PARAM_INT),
		])->executeStatement();
		return $query->getLastInsertId();
	}

	/** @return list<array{id: int, uid: string, kind: string, collection: string, object: ?string, op: string, origin: string, at: int}> */
	public function page(int $limit): array {
		$query = $this->db->getQueryBuilder();
		$query->select('*')->from('exc_journal')->orderBy('id')->setMaxResults($limit);
		$result = $query->executeQuery();
		$rows = array_map(static fn (array $row): array => [
			'id' => (int)$row['id'],
			'uid' => (string)$row['uid'],
			'kind' => (string)$row['kind'],
			'collection' => (string)$row['collection'],
			'object' => $row['object'] === null ? null : (string)$row['object'],
			'op' => (string)$row['op'],
			'origin' => (string)$row['origin'],
			'at' => (int)$row['created_at'],
		], $result->fetchAll());
		$result->closeCursor();
		return $rows;
	}

	/** @param list<int> $ids */
	public function acknowledge(array $ids): int {
		$gone = 0;
		foreach (array_chunk($ids, self::IDS_PER_STATEMENT) as $some) {
			$query = $this->db->getQueryBuilder();
			$query->delete('exc_journal')->where($query->expr()->in('id', $query->createNamedParameter($some, IQueryBuilder::PARAM_INT_ARRAY)));
			$gone += $query->executeStatement();
		}
		return $gone;
	}

	public function countPending(): int {
		$query = $this->db->getQueryBuilder();
		$query->select($query->func()->count('*'))->from('exc_journal');
		$result = $query->executeQuery();
		$count = (int)$result->fetchOne();
		$result->closeCursor();
		return $count;
	}

	public function prune(int $beforeSeconds): int {
		$query = $this->db->getQueryBuilder();
		return $query->delete('exc_journal')->where($query->expr()->lt('created_at', $query->createNamedParameter($beforeSeconds, IQueryBuilder::PARAM_INT)))->executeStatement();
	}
}
