<?php

declare(strict_types=1);

/**
 * SPDX-FileCopyrightText: The Nextcloud Exchange Connector contributors
 * SPDX-License-Identifier: AGPL-3.0-or-later
 */

namespace OCA\ExchangeConnector\Migration;

use Closure;
use OCP\DB\ISchemaWrapper;
use OCP\DB\Types;
use OCP\Migration\IOutput;
use OCP\Migration\SimpleMigrationStep;

/** The app's tables. Times are unix seconds: the connector and the pages speak of seconds, too. */
class Version000100Date20261128000000 extends SimpleMigrationStep {
	public function changeSchema(IOutput $output, Closure $schemaClosure, array $options): ?ISchemaWrapper {
		/** @var ISchemaWrapper $schema */
		$schema = $schemaClosure();
		$this->users($schema);
		$this->journal($schema);
		$this->commands($schema);
		$this->rest($schema);
		return $schema;
	}

	/** Who takes part, with which mailbox. Keyset paging by uid; `email_lower` is unique, so one mailbox has one account. */
	private function users(ISchemaWrapper $schema): void {
		if ($schema->hasTable('exc_users')) {
			return;
		}
		$table = $schema->createTable('exc_users');
		$table->addColumn('uid', Types::STRING, ['notnull' => true, 'length' => 64]);
		$table->addColumn('display_name', Types::STRING, ['notnull' => false, 'length' => 255]);
		$table->addColumn('email', Types::STRING, ['notnull' => false, 'length' => 254]);
		$table->addColumn('email_lower', Types::STRING, ['notnull' => false, 'length' => 254]);
		$table->addColumn('identity_source', Types::STRING, ['notnull' => false, 'length' => 16]);
		$table->addColumn('identity_at', Types::BIGINT, ['notnull' => false]);
		$table->addColumn('state', Types::STRING, ['notnull' => true, 'length' => 16, 'default' => 'none']);
		$table->addColumn('withdrawal', Types::STRING, ['notnull' => false, 'length' => 8]);
		$table->addColumn('choices', Types::TEXT, ['notnull' => false]);
		$table->addColumn('consent_at', Types::BIGINT, ['notnull' => false]);
		$table->addColumn('updated_at', Types::BIGINT, ['notnull' => true, 'default' => 0]);
		$table->addColumn('invited_at', Types::BIGINT, ['notnull' => false]);
		$table->setPrimaryKey(['uid']);
		$table->addUniqueIndex(['email_lower'], 'exc_users_email');
		$table->addIndex(['updated_at', 'uid'], 'exc_users_updated');
		$table->addIndex(['state', 'uid'], 'exc_users_state');
	}

	private function journal(ISchemaWrapper $schema): void {
		if ($schema->hasTable('exc_journal')) {
			return;
		}
		$table = $schema->createTable('exc_journal');
		$table->addColumn('id', Types::BIGINT, ['notnull' => true, 'autoincrement' => true]);
		$table->addColumn('uid', Types::STRING, ['notnull' => true, 'length' => 64]);
		$table->addColumn('kind', Types::STRING, ['notnull' => true, 'length' => 16]);
		$table->addColumn('collection', Types::STRING, ['notnull' => true, 'length' => 255]);
		$table->addColumn('object', Types::STRING, ['notnull' => false, 'length' => 255]);
		$table->addColumn('op', Types::STRING, ['notnull' => true, 'length' => 8]);
		$table->addColumn('origin', Types::STRING, ['notnull' => true, 'length' => 16]);
		$table->addColumn('created_at', Types::BIGINT, ['notnull' => true]);
		$table->setPrimaryKey(['id']);
		$table->addIndex(['uid'], 'exc_journal_uid');
		$table->addIndex(['created_at'], 'exc_journal_created');
	}

	private function commands(ISchemaWrapper $schema): void {
		if ($schema->hasTable('exc_commands')) {
			return;
		}
		$table = $schema->createTable('exc_commands');
		$table->addColumn('id', Types::BIGINT, ['notnull' => true, 'autoincrement' => true]);
		$table->addColumn('uid', Types::STRING, ['notnull' => true, 'length' => 64]);
		$table->addColumn('kind', Types::STRING, ['notnull' => true, 'length' => 32]);
		$table->addColumn('args', Types::TEXT, ['notnull' => true]);
		$table->addColumn('created_at', Types::BIGINT, ['notnull' => true]);
		$table->addColumn('done_at', Types::BIGINT, ['notnull' => false]);
		$table->addColumn('outcome', Types::STRING, ['notnull' => false, 'length' => 8]);
		$table->addColumn('message', Types::STRING, ['notnull' => false, 'length' => 500]);
		$table->setPrimaryKey(['id']);
		$table->addIndex(['uid', 'done_at'], 'exc_commands_uid');
		$table->addIndex(['done_at'], 'exc_commands_done');
	}

	private function rest(ISchemaWrapper $schema): void {
		if (!$schema->hasTable('exc_nonces')) {
			$table = $schema->createTable('exc_nonces');
			$table->addColumn('nonce', Types::STRING, ['notnull' => true, 'length' => 64]);
			$table->addColumn('expires_at', Types::BIGINT, ['notnull' => true]);
			$table->setPrimaryKey(['nonce']);
			$table->addIndex(['expires_at'], 'exc_nonces_expires');
		}
		if (!$schema->hasTable('exc_status')) {
			$table = $schema->createTable('exc_status');
			$table->addColumn('uid', Types::STRING, ['notnull' => true, 'length' => 64]);
			$table->addColumn('outcome', Types::STRING, ['notnull' => true, 'length' => 16]);
			$table->addColumn('conflicts', Types::INTEGER, ['notnull' => true, 'default' => 0]);
			$table->addColumn('report', Types::TEXT, ['notnull' => true]);
			$table->addColumn('reported_at', Types::BIGINT, ['notnull' => true]);
			$table->setPrimaryKey(['uid']);
		}
		if (!$schema->hasTable('exc_proofs')) {
			$table = $schema->createTable('exc_proofs');
			$table->addColumn('uid', Types::STRING, ['notnull' => true, 'length' => 64]);
			$table->addColumn('email', Types::STRING, ['notnull' => true, 'length' => 254]);
			$table->addColumn('code_hash', Types::STRING, ['notnull' => true, 'length' => 255]);
			$table->addColumn('attempts', Types::INTEGER, ['notnull' => true, 'default' => 0]);
			$table->addColumn('created_at', Types::BIGINT, ['notnull' => true]);
			$table->addColumn('expires_at', Types::BIGINT, ['notnull' => true]);
			$table->setPrimaryKey(['uid']);
		}
	}
}
