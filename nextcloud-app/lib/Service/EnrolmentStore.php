<?php

declare(strict_types=1);

/**
 * SPDX-FileCopyrightText: The Nextcloud Exchange Connector contributors
 * SPDX-License-Identifier: AGPL-3.0-or-later
 */

namespace OCA\ExchangeConnector\Service;

use OCP\AppFramework\Utility\ITimeFactory;
use OCP\DB\Exception;
use OCP\DB\QueryBuilder\IQueryBuilder;
use OCP\IDBConnection;
use OCP\IUserManager;

/** The rows of exc_users: reading, writing, paging by key. No rules: those are of EnrolmentService and IdentityService. */
class EnrolmentStore {
	private const NAME_LENGTH_MAX = 255;

	public function __construct(
		private IDBConnection $db,
		private ITimeFactory $time,
		private IUserManager $users,
	) {
	}

	/** @return array{uid: string, displayName: string, email: ?string, identity: ?array, state: string, withdrawal: ?string, choices: array, consentedAt: ?int, updatedAt: int, invitedAt: ?int}|null */
	public function find(string $uid): ?array {
		$query = $this->db->getQueryBuilder();
		$query->select('*')->from('exc_users')->where($query->expr()->eq('uid', $query->createNamedParameter($uid)));
		$result = $query->executeQuery();
		$row = $result->fetch();
		$result->closeCursor();
		return $row === false ? null : self::shaped($row);
	}

	public function ownerOf(string $email): ?string {
		$query = $this->db->getQueryBuilder();
		$query->select('uid')->from('exc_users')->where($query->expr()->eq('email_lower', $query->createNamedParameter(mb_strtolower($email))));
		$result = $query->executeQuery();
		$uid = $result->fetchOne();
		$result->closeCursor();
		return $uid === false ? null : (string)$uid;
	}

	/**
	 * Writes columns of a row, which is made when it is missing.
	 *
	 * @param array<string, string|int|null> $columns
	 * @throws RefusedException 'duplicate-email'
	 */
	public function put(string $uid, array $columns): void {
		if (array_key_exists('email', $columns)) {
			$columns['email_lower'] = $columns['email'] === null ? null : mb_strtolower((string)$columns['email']);
		}
		$columns['updated_at'] = $this->time->getTime();
		try {
			if ($this->update($uid, $columns) === 0) {
				$this->insert($uid, ['display_name' => self::shownName($this->users->getDisplayName($uid)), ...$columns]);
			}
		} catch (Exception $error) {
			if ($error->getReason() === Exception::REASON_UNIQUE_CONSTRAINT_VIOLATION) {
				throw new RefusedException('duplicate-email', 'this mailbox belongs to another account', 409);
			}
			throw $error;
		}
	}

	/** The name is kept beside the account so that lists can be searched by it. */
	public function rename(string $uid, string $displayName): void {
		$this->update($uid, ['display_name' => self::shownName($displayName)]);
	}

	public function delete(string $uid): void {
		$query = $this->db->getQueryBuilder();
		$query->delete('exc_users')->where($query->expr()->eq('uid', $query->createNamedParameter($uid)))->executeStatement();
	}

	/**
	 * @param array{states?: list<string>, since?: ?int, search?: string, isKnown?: bool} $filter
	 * @return list<array> rows with a uid above `$after`, in the order of uids
	 */
	public function page(array $filter, string $after, int $limit): array {
		$query = $this->db->getQueryBuilder();
		$query->select('*')->from('exc_users')->orderBy('uid')->setMaxResults($limit)
			->where($query->expr()->gt('uid', $query->createNamedParameter($after)));
		$states = $filter['states'] ?? [];
		if ($states !== []) {
			$query->andWhere($query->expr()->in('state', $query->createNamedParameter($states, IQueryBuilder::PARAM_STR_ARRAY)));
		}
		if ($filter['isKnown'] ?? false) {
			// Whoever was only invited has a row, too.
			$query->andWhere($query->expr()->orX($query->expr()->isNotNull('email'), $query->expr()->neq('state', $query->createNamedParameter('none'))));
		}
		if (isset($filter['since'])) {
			$query->andWhere($query->expr()->gte('updated_at', $query->createNamedParameter($filter['since'], IQueryBuilder::PARAM_INT)));
		}
		if (($filter['search'] ?? '') !== '') {
			$like = '%' . $this->db->escapeLikeParameter(mb_strtolower($filter['search'])) . '%';
			$query->andWhere($query->expr()->orX(
				$query->expr()->iLike('uid', $query->createNamedParameter($like)),
				$query->expr()->iLike('email_lower', $query->createNamedParameter($like)),
				$query->expr()->iLike('display_name', $query->createNamedParameter($like)),
			));
		}
		$result = $query->executeQuery();
		$rows = array_map(self::shaped(...), $result->fetchAll());
		$result->closeCursor();
		return $rows;
	}

	/** Everybody who takes part is told to the connector anew: a rule for all of them changed. */
	public function touchAll(): void {
		$query = $this->db->getQueryBuilder();
		$query->update('exc_users')
			->set('updated_at', $query->createNamedParameter($this->time->getTime(), IQueryBuilder::PARAM_INT))
			->where($query->expr()->in('state', $query->createNamedParameter(['active', 'paused'], IQueryBuilder::PARAM_STR_ARRAY)))
			->executeStatement();
	}

	/** Rows of accounts that were deleted before this moment. */
	public function pruneGone(int $beforeSeconds): void {
		$query = $this->db->getQueryBuilder();
		$query->delete('exc_users')
			->where($query->expr()->eq('state', $query->createNamedParameter('withdrawn')))
			->andWhere($query->expr()->isNull('consent_at'))
			->andWhere($query->expr()->isNull('email'))
			->andWhere($query->expr()->lt('updated_at', $query->createNamedParameter($beforeSeconds, IQueryBuilder::PARAM_INT)))
			->executeStatement();
	}

	/** @return array<string, int> */
	public function countByState(): array {
		$query = $this->db->getQueryBuilder();
		$query->select('state')->selectAlias($query->func()->count('*'), 'number')->from('exc_users')->groupBy('state');
		$result = $query->executeQuery();
		$counts = [];
		foreach ($result->fetchAll() as $row) {
			$counts[(string)$row['state']] = (int)$row['number'];
		}
		$result->closeCursor();
		return $counts;
	}

	public function lastUpdatedAt(): int {
		$query = $this->db->getQueryBuilder();
		$query->select($query->func()->max('updated_at'))->from('exc_users');
		$result = $query->executeQuery();
		$at = (int)$result->fetchOne();
		$result->closeCursor();
		return $at;
	}

	private function update(string $uid, array $columns): int {
		$query = $this->db->getQueryBuilder();
		$query->update('exc_users')->where($query->expr()->eq('uid', $query->createNamedParameter($uid)));
		foreach ($columns as $name => $value) {
			$query->set($name, self::parameter($query, $value));
		}
		return $query->executeStatement();
	}

	private function insert(string $uid, array $columns): void {
		$query = $this->db->getQueryBuilder();
		$query->insert('exc_users')->setValue('uid', $query->createNamedParameter($uid));
		foreach ($columns as $name => $value) {
			$query->setValue($name, self::parameter($query, $value));
		}
		$query->executeStatement();
	}

	private static function shownName(?string $name): ?string {
		return $name === null ? null : mb_substr($name, 0, self::NAME_LENGTH_MAX);
	}

	private static function parameter(IQueryBuilder $query, string|int|null $value): mixed {
		$type = $value === null ? IQueryBuilder::PARAM_NULL : (is_int($value) ? IQueryBuilder::PARAM_INT : IQueryBuilder::PARAM_STR);
		return $query->createNamedParameter($value, $type);
	}

	private static function shaped(array $row): array {
		$number = static fn (mixed $value): ?int => $value === null ? null : (int)$value;
		$choices = json_decode((string)($row['choices'] ?? ''), true);
		return [
			'uid' => (string)$row['uid'],
			'displayName' => (string)($row['display_name'] ?? $row['uid']),
			'email' => $row['email'] === null ? null : (string)$row['email'],
			'identity' => $row['identity_source'] === null ? null : ['source' => (string)$row['identity_source'], 'at' => (int)$row['identity_at']],
			'state' => (string)$row['state'],
			'withdrawal' => $row['withdrawal'] === null ? null : (string)$row['withdrawal'],
			'choices' => is_array($choices) ? $choices : [],
			'consentedAt' => $number($row['consent_at']),
			'updatedAt' => (int)$row['updated_at'],
			'invitedAt' => $number($row['invited_at']),
		];
	}
}
