<?php

declare(strict_types=1);

/**
 * SPDX-FileCopyrightText: The Nextcloud Exchange Connector contributors
 * SPDX-License-Identifier: AGPL-3.0-or-later
 */

namespace OCA\ExchangeConnector\Service;

/** What a person chose to be synced: checks the form of it. Pure. */
final class Choices {
	public const MAX = 100;
	private const KINDS = ['calendar', 'tasks', 'contacts'];
	private const DIRECTIONS = ['both', 'to-nextcloud', 'to-exchange'];
	private const NAME_LENGTH_MAX = 255;

	/**
	 * @return list<array{kind: string, exchange: array, nextcloud: ?string, direction: string}>
	 * @throws RefusedException 'bad-choices'
	 */
	public static function checked(mixed $choices): array {
		if (!is_array($choices) || count($choices) > self::MAX) {
			throw self::bad('a list of choices');
		}
		$seen = [];
		$checked = [];
		foreach ($choices as $choice) {
			$one = self::one($choice);
			$marks = [$one['kind'] . ' exchange ' . json_encode($one['exchange'])];
			if ($one['nextcloud'] !== null) {
				$marks[] = ($one['kind'] === 'contacts' ? 'book ' : 'calendar ') . $one['nextcloud'];
			}
			foreach ($marks as $mark) {
				if (isset($seen[$mark])) {
					throw self::bad('the same collection twice');
				}
				$seen[$mark] = true;
			}
			$checked[] = $one;
		}
		return $checked;
	}

	private static function one(mixed $choice): array {
		if (!is_array($choice)
			|| !in_array($choice['kind'] ?? null, self::KINDS, true)
			|| !in_array($choice['direction'] ?? null, self::DIRECTIONS, true)) {
			throw self::bad('kind and direction');
		}
		$uri = $choice['nextcloud'] ?? null;
		if ($uri !== null && (!is_string($uri) || preg_match('#^[^/\x00-\x1f]{1,255}$#Du', $uri) !== 1 || $uri === '.' || $uri === '..')) {
			throw self::bad('nextcloud');
		}
		return [
			'kind' => $choice['kind'],
			'exchange' => self::folder($choice['exchange'] ?? null, $uri),
			'nextcloud' => $uri,
			'direction' => $choice['direction'],
		];
	}

	private static function folder(mixed $folder, ?string $uri): array {
		$kind = is_array($folder) ? ($folder['kind'] ?? null) : null;
		$name = is_array($folder) ? ($folder['name'] ?? null) : null;
		if ($kind === 'default') {
			return ['kind' => 'default'];
		}
		// One collection cannot be in step with several folders.
		if ($kind === 'others' && $uri === null) {
			return ['kind' => 'others'];
		}
		if ($kind === 'folder' && is_string($name) && trim($name) !== '' && mb_strlen($name) <= self::NAME_LENGTH_MAX) {
			return ['kind' => 'folder', 'name' => $name];
		}
		throw self::bad('exchange');
	}

	private static function bad(string $what): RefusedException {
		return new RefusedException('bad-choices', $what, 400);
	}
}
