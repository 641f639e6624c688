<?php

declare(strict_types=1);

/**
 * SPDX-FileCopyrightText: The Nextcloud Exchange Connector contributors
 * SPDX-License-Identifier: AGPL-3.0-or-later
 */

namespace OCA\ExchangeConnector\Tests;

use OCA\ExchangeConnector\Service\Choices;

/** What people choose: only what has the agreed form is stored and handed to the connector. */

$calendar = ['kind' => 'calendar', 'exchange' => ['kind' => 'default'], 'nextcloud' => 'personal', 'direction' => 'both'];
$bad = static fn (mixed $choices, string $about) => equal('bad-choices', refusal(static fn () => Choices::checked($choices)), $about);

return [
	'keep what was agreed and drop what nobody knows' => static function () use ($calendar): void {
		equal([$calendar], Choices::checked([[...$calendar, 'admin' => true]]));
		equal([], Choices::checked([]));
		$folder = [...$calendar, 'exchange' => ['kind' => 'folder', 'name' => 'Projekte/Ärger', 'id' => 'x'], 'nextcloud' => null];
		equal(['kind' => 'folder', 'name' => 'Projekte/Ärger'], Choices::checked([$folder])[0]['exchange']);
	},
	'are refused in any other form' => static function () use ($calendar, $bad): void {
		foreach ([null, 'calendar', [1], [$calendar, 'x'], [[...$calendar, 'kind' => 'notes']], [[...$calendar, 'direction' => 'sideways']],
			[[...$calendar, 'exchange' => ['kind' => 'folder']]], [[...$calendar, 'exchange' => ['kind' => 'folder', 'name' => ' ']]],
			[[...$calendar, 'exchange' => 'default']], [[...$calendar, 'nextcloud' => 7]]] as $choices) {
			$bad($choices, (string)json_encode($choices));
		}
	},
	'name a collection, never a path' => static function () use ($calendar, $bad): void {
		foreach (['../bob/personal', 'personal/x', '..', '.', '', "a\nb"] as $uri) {
			$bad([[...$calendar, 'nextcloud' => $uri]], (string)json_encode($uri));
		}
	},
	'name no collection twice: two folders would fight over it' => static function () use ($calendar, $bad): void {
		$other = [...$calendar, 'exchange' => ['kind' => 'folder', 'name' => 'Team']];
		$bad([$calendar, $other], 'one Nextcloud calendar for two folders');
		$bad([$calendar, [...$calendar, 'nextcloud' => 'other']], 'one folder for two Nextcloud calendars');
	},
	'are not endless' => static function () use ($calendar, $bad): void {
		$many = array_map(static fn (int $n): array => [...$calendar, 'nextcloud' => "c$n", 'exchange' => ['kind' => 'folder', 'name' => "f$n"]], range(1, Choices::MAX + 1));
		$bad($many, 'too many');
		equal(Choices::MAX, count(Choices::checked(array_slice($many, 1))));
	},
];
