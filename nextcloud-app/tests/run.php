<?php

declare(strict_types=1);

/**
 * SPDX-FileCopyrightText: The Nextcloud Exchange Connector contributors
 * SPDX-License-Identifier: AGPL-3.0-or-later
 */

/**
 * Runs the tests of the app's pure classes: no server, no database, no packages. Each file of unit/ returns its tests by name. The answer is one line of JSON
 * for each test, which test/nextcloud-app/php.test.ts turns into tests of the suite.
 */

namespace OCA\ExchangeConnector\Tests;

use RuntimeException;
use Throwable;

error_reporting(E_ALL);
set_error_handler(static function (int $level, string $message, string $file, int $line): bool {
	if ((error_reporting() & $level) === 0) {
		return false;
	}
	throw new RuntimeException("$message ($file:$line)");
});

spl_autoload_register(static function (string $class): void {
	$prefix = 'OCA\\ExchangeConnector\\';
	if (str_starts_with($class, $prefix)) {
		$file = dirname(__DIR__) . '/lib/' . str_replace('\\', '/', substr($class, strlen($prefix))) . '.php';
		is_file($file) && require $file;
	}
});

function equal(mixed $expected, mixed $given, string $about = ''): void {
	if ($expected !== $given) {
		throw new RuntimeException(trim("$about: expected " . var_export($expected, true) . ', got ' . var_export($given, true), ': '));
	}
}

/** The refusal that the call ends with; null: it was not refused. */
function refusal(callable $call): ?string {
	try {
		$call();
		return null;
	} catch (\OCA\ExchangeConnector\Service\RefusedException $refused) {
		return $refused->errorCode;
	}
}

foreach (glob(__DIR__ . '/unit/*.php') ?: [] as $file) {
	foreach (require $file as $name => $test) {
		$problem = null;
		try {
			$test();
		} catch (Throwable $error) {
			$problem = get_class($error) . ': ' . $error->getMessage();
		}
		echo json_encode(['file' => basename($file, '.php'), 'name' => $name, 'problem' => $problem], JSON_THROW_ON_ERROR | JSON_INVALID_UTF8_SUBSTITUTE), "\n";
	}
}
