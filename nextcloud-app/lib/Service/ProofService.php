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
use OCP\Security\IHasher;
use OCP\Security\ISecureRandom;

/** Proofs that a person can read a mailbox: a code that the connector puts into it, and that the person copies from there. Only its hash is kept. */
class ProofService {
	private const VALID_SECONDS = 3600;
	private const ATTEMPTS_MAX = 5;
	/** Without letters and digits that look alike. */
	private const ALPHABET = '23456789ABCDEFGHJKLMNPQRSTUVWXYZ';
	private const LENGTH = 8;

	public function __construct(
		private IDBConnection $db,
		private ISecureRandom $random,
		private IHasher $hasher,
		private ITimeFactory $time,
		private CommandService $commands,
	) {
	}

	/** The code goes to the connector with the command, and nowhere else. */
	public function start(string $uid, string $email): void {
		$code = $this->random->generate(self::LENGTH, self::ALPHABET);
		$expiresAt = $this->time->getTime() + self::VALID_SECONDS;
		$this->forget($uid);
		$this->commands->drop($uid, 'place-proof');
		$query = $this->db->getQueryBuilder();
		$query->insert('exc_proofs')->values([
			'uid' => $query->createNamedParameter($uid),
			'email' => $query->createNamedParameter($email),
			'code_hash' => $query->createNamedParameter($this->hasher->hash($code)),
			'attempts' => $query->createNamedParameter(0, IQueryBuilder::PARAM_INT),
			'created_at' => $query->createNamedParameter($this->time->getTime(), IQueryBuilder::PARAM_INT),
			'expires_at' => $query->createNamedParameter($expiresAt, IQueryBuilder::PARAM_INT),
		])->executeStatement();
		$this->commands->enqueue($uid, 'place-proof', ['email' => $email, 'code' => $code, 'expiresAt' => $expiresAt]);
	}

	/** @return array{email: string, expiresAt: int}|null */
	public function pending(string $uid): ?array {
		$row = $this->find($uid);
		if ($row === null || (int)$row['expires_at'] <= $this->time->getTime()) {
			return null;
		}
		return ['email' => (string)$row['email'], 'expiresAt' => (int)$row['expires_at']];
	}

	/**
	 * The address that is proved by this code.
	 *
	 * @throws RefusedException
	 */
	public function confirm(string $uid, string $code): string {
		$row = $this->find($uid) ?? throw new RefusedException('no-proof', '', 400);
		if ((int)$row['expires_at'] <= $this->time->getTime()) {
			$this->forget($uid);
			throw new RefusedException('proof-expired', '', 400);
		}
		// Counted before the code is looked at: parallel tries count, too.
		if (!$this->countAttempt($uid)) {
			$this->forget($uid);
			throw new RefusedException('proof-attempts', '', 400);
		}
		$typed = strtoupper((string)preg_replace('/[\s-]+/', '', $code));
		if (!$this->hasher->verify($typed, (string)$row['code_hash'])) {
			throw new RefusedException('proof-wrong', '', 400);
		}
		$this->forget($uid);
		return (string)$row['email'];
	}

	public function forget(string $uid): void {
		$query = $this->db->getQueryBuilder();
		$query->delete('exc_proofs')->where($query->expr()->eq('uid', $query->createNamedParameter($uid)))->executeStatement();
	}

	public function prune(): void {
		$query = $this->db->getQueryBuilder();
		$query->delete('exc_proofs')->where($query->expr()->lte('expires_at', $query->createNamedParameter($this->time->getTime(), IQueryBuilder::PARAM_INT)))->executeStatement();
	}

	private function countAttempt(string $uid): bool {
		$query = $this->db->getQueryBuilder();
		$query->update('exc_proofs')->set('attempts', $query->func()->add('attempts', $query->createNamedParameter(1, IQueryBuilder::PARAM_INT)))
			->where($query->expr()->eq('uid', $query->createNamedParameter($uid)))
			->andWhere($query->expr()->lt('attempts', $query->createNamedParameter(self::ATTEMPTS_MAX, IQueryBuilder::PARAM_INT)));
		return $query->executeStatement() === 1;
	}

	private function find(string $uid): ?array {
		$query = $this->db->getQueryBuilder();
		$query->select('*')->from('exc_proofs')->where($query->expr()->eq('uid', $query->createNamedParameter($uid)));
		$result = $query->executeQuery();
		$row = $result->fetch();
		$result->closeCursor();
		return $row === false ? null : $row;
	}
}
