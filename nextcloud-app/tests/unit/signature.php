<?php

declare(strict_types=1);

/**
 * SPDX-FileCopyrightText: The Nextcloud Exchange Connector contributors
 * SPDX-License-Identifier: AGPL-3.0-or-later
 */

namespace OCA\ExchangeConnector\Tests;

use OCA\ExchangeConnector\Signature\Signature;
use OCA\ExchangeConnector\Signature\SignedRequest;
use OCA\ExchangeConnector\Signature\Verifier;

/** The signature against vectors of a third implementation, and each way in which a request is refused. */

const NOW = 1_700_000_000;
const SECRET = 'a-shared-secret-of-more-than-32-characters';
const SECRET_BEFORE = 'another-secret-of-more-than-32-characters';

function signed(array $changes = [], string $secret = SECRET, string $direction = Signature::TO_APP): SignedRequest {
	$parts = [
		'method' => 'POST', 'requestUri' => '/ocs/v2.php/apps/exchange_connector/api/v1/users/alice/dav', 'user' => 'alice',
		'timestamp' => (string)NOW, 'nonce' => 'nonce-0123456789abcdef', 'body' => '{"requests":[]}', ...$changes,
	];
	return new SignedRequest(...[...$parts, 'signature' => Signature::sign($secret, $direction, new SignedRequest(...[...$parts, 'signature' => '']))]);
}

/** The same request with parts altered after it was signed. */
function altered(array $changes): SignedRequest {
	return new SignedRequest(...[...get_object_vars(signed()), ...$changes]);
}

function verdict(SignedRequest $request, array $secrets = [SECRET], int $now = NOW, ?callable $isNew = null): ?string {
	return Verifier::refusal($request, $secrets, $now, $isNew ?? static fn (): bool => true);
}

$vectors = json_decode((string)file_get_contents(dirname(__DIR__) . '/vectors/signature.json'), true, 512, JSON_THROW_ON_ERROR)['cases'];
$tests = [];
foreach ($vectors as $vector) {
	$tests["gives the signature of the shared vectors: {$vector['name']}"] = static function () use ($vector): void {
		$parts = array_intersect_key($vector, array_flip(['method', 'requestUri', 'user', 'timestamp', 'nonce', 'body', 'signature']));
		$request = new SignedRequest(...$parts);
		equal($vector['key'], bin2hex(Signature::key($vector['secret'], $vector['direction'])), 'key');
		equal($vector['canonical'], Signature::canonical($request), 'canonical string');
		equal($vector['signature'], Signature::sign($vector['secret'], $vector['direction'], $request), 'signature');
	};
}

return $tests + [
	'takes what is signed' => static fn () => equal(null, verdict(signed())),
	'refuses a request of which any part was altered' => static function (): void {
		$changes = [
			['method' => 'PUT'], ['requestUri' => '/ocs/v2.php/apps/exchange_connector/api/v1/users/bob/dav'], ['user' => 'bob'], ['user' => '*'],
			['timestamp' => (string)(NOW + 1)], ['nonce' => 'nonce-0123456789abcdeg'], ['body' => '{"requests":[ ]}'], ['body' => ''],
		];
		foreach ($changes as $change) {
			equal('signature', verdict(altered($change)), json_encode($change));
		}
	},
	'refuses parts that were moved over a line end' => static function (): void {
		equal('signature', verdict(altered(['method' => "POST\n/ocs", 'requestUri' => substr(signed()->requestUri, 4)])));
	},
	'refuses signatures of another form, however they are spelled' => static function (): void {
		$right = signed()->signature;
		foreach (['', '0', strtoupper($right), $right . "\n", " $right", substr($right, 1), $right . '0', str_repeat('0', 64)] as $signature) {
			equal('signature', verdict(altered(['signature' => $signature])), json_encode($signature));
		}
	},
	'refuses a request that was signed for the other direction' => static fn () => equal('signature', verdict(signed(direction: Signature::TO_CONNECTOR))),
	'takes the secret before while there are two, and no third' => static function (): void {
		equal(null, verdict(signed(secret: SECRET_BEFORE), [SECRET, SECRET_BEFORE]));
		equal(null, verdict(signed(), [SECRET, SECRET_BEFORE]));
		equal('signature', verdict(signed(secret: 'a-third-secret-of-more-than-32-characters'), [SECRET, SECRET_BEFORE]));
	},
	'is not configured without a secret, and an empty or short one is none' => static function (): void {
		foreach ([[], [''], ['short'], ['', 'short']] as $secrets) {
			equal('not-configured', verdict(signed(), $secrets), json_encode($secrets));
			equal('not-configured', verdict(altered(['signature' => '']), $secrets), json_encode($secrets));
		}
		equal('not-configured', verdict(signed(secret: 'short'), ['short', 'short']));
		equal('signature', verdict(signed(secret: 'short'), [SECRET, 'short']), 'a short secret beside a good one opens nothing');
	},
	'takes clocks that are 300 seconds apart, and no more' => static function (): void {
		foreach ([-300, -1, 0, 300] as $apart) {
			equal(null, verdict(signed(), now: NOW + $apart), (string)$apart);
		}
		foreach ([-301, 301, 86400] as $apart) {
			equal('timestamp', verdict(signed(), now: NOW + $apart), (string)$apart);
		}
	},
	'refuses times that are no plain numbers, though they are signed' => static function (): void {
		foreach (['', '-1', '1.7e9', ' ' . NOW, NOW . "\n", '0' . NOW, '0x6553F100', str_repeat('9', 13)] as $timestamp) {
			equal('timestamp', verdict(signed(['timestamp' => $timestamp])), json_encode($timestamp));
		}
	},
	'refuses nonces that are short, long or of other characters, though they are signed' => static function (): void {
		foreach (['', str_repeat('a', 15), str_repeat('a', 65), "nonce-0123456789abcdef\n", 'nonce 0123456789abcdef', 'nönce-0123456789abcdef'] as $nonce) {
			equal('nonce', verdict(signed(['nonce' => $nonce])), json_encode($nonce));
		}
	},
	'takes each nonce once' => static function (): void {
		$seen = [];
		$isNew = static function (string $nonce) use (&$seen): bool {
			$known = isset($seen[$nonce]);
			$seen[$nonce] = true;
			return !$known;
		};
		equal(null, verdict(signed(), isNew: $isNew));
		equal('nonce', verdict(signed(), isNew: $isNew));
	},
	'remembers no nonce of a request that is not right: strangers cannot fill the table' => static function (): void {
		$asked = 0;
		$isNew = static function () use (&$asked): bool {
			$asked++;
			return true;
		};
		verdict(altered(['body' => 'x']), isNew: $isNew);
		verdict(signed(secret: SECRET_BEFORE), isNew: $isNew);
		verdict(signed(), now: NOW + 1000, isNew: $isNew);
		equal(0, $asked);
	},
];
