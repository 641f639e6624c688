<?php

declare(strict_types=1);

/**
 * SPDX-FileCopyrightText: The Nextcloud Exchange Connector contributors
 * SPDX-License-Identifier: AGPL-3.0-or-later
 */

namespace OCA\ExchangeConnector\Service;

use OCA\ExchangeConnector\Signature\Signature;
use OCP\AppFramework\Utility\ITimeFactory;
use OCP\DB\Exception;
use OCP\DB\QueryBuilder\IQueryBuilder;
use OCP\IDBConnection;

/** Remembers what was used once, in the database: a memory cache may be missing, or be another one on each host. */
class NonceStore {
	public function __construct(
		private IDBConnection $db,
		private ITimeFactory $time,
	) {
	}

	/** False: it was there. Kept as long as a request with it could be young enough. */
	public function isNew(string $nonce): bool {
		$query = $this->db->getQueryBuilder();
		$query->insert('exc_nonces')->values([
			'nonce' => $query->createNamedParameter($nonce),
			'expires_at' => $query->createNamedParameter($this->time->getTime() + 2 * Signature::SKEW_SECONDS + 60, IQueryBuilder::PARAM_INT),
		]);
		try {
			$query->executeStatement();
			return true;
		} catch (Exception $error) {
			if ($error->getReason() === Exception::REASON_UNIQUE_CONSTRAINT_VIOLATION) {
				return false;
			}
			throw $error;
		}
	}

	public function prune(): void {
		$query = $this->db->getQueryBuilder();
		$query->delete('exc_nonces')->where($query->expr()->lt('expires_at', $query->createNamedParameter($this->time->getTime(), IQueryBuilder::PARAM_INT)))->executeStatement();
	}
}
