<?php

declare(strict_types=1);

/**
 * SPDX-FileCopyrightText: The Nextcloud Exchange Connector contributors
 * SPDX-License-Identifier: AGPL-3.0-or-later
 */

namespace OCA\ExchangeConnector\Ui;

/**
 * The connector's report about one account in the shape of `Report` in src/logic/types.ts. What a newer or older connector leaves out is filled, so
 * that the page never meets a hole.
 */
class ReportView {
	/**
	 * @param array|null $report as stored, with `reportedAt`
	 * @param list<array{kind: string, args: array}> $pending commands that the connector has not carried out yet
	 */
	public function of(?array $report, array $pending): ?array {
		if ($report === null) {
			return null;
		}
		$requested = [];
		foreach ($pending as $command) {
			if ($command['kind'] === 'restore-conflict') {
				$requested[] = (string)($command['args']['conflictId'] ?? '');
			}
		}
		return [
			'outcome' => (string)($report['outcome'] ?? 'in-step'),
			'lastPassAt' => self::time($report, 'lastPassAt'),
			'lastSuccessAt' => self::time($report, 'lastSuccessAt'),
			'nextPassAt' => self::time($report, 'nextPassAt'),
			'items' => (int)($report['items'] ?? 0),
			'conflicts' => array_map(static fn (array $one): array => [
				'id' => (string)($one['id'] ?? ''),
				'title' => (string)($one['title'] ?? ''),
				'kind' => (string)($one['kind'] ?? 'calendar'),
				'winner' => ($one['winner'] ?? '') === 'nextcloud' ? 'nextcloud' : 'exchange',
				'at' => (int)($one['at'] ?? 0),
				'isRequested' => in_array((string)($one['id'] ?? ''), $requested, true),
			], array_values($report['conflicts'] ?? [])),
			'problems' => array_map(static fn (array $one): array => [
				'code' => (string)($one['code'] ?? ''),
				'detail' => (string)($one['detail'] ?? ''),
				'title' => (string)($one['title'] ?? ''),
			], array_values($report['problems'] ?? [])),
			'halt' => isset($report['halt']['guard']) ? ['guard' => (string)$report['halt']['guard']] : null,
			'reportedAt' => (int)($report['reportedAt'] ?? 0),
		];
	}

	private static function time(array $report, string $key): ?int {
		return isset($report[$key]) ? (int)$report[$key] : null;
	}
}
