<?php

declare(strict_types=1);

/**
 * SPDX-FileCopyrightText: The Nextcloud Exchange Connector contributors
 * SPDX-License-Identifier: AGPL-3.0-or-later
 */

namespace OCA\ExchangeConnector\SelfTest;

use OCA\ExchangeConnector\Service\EnrolmentService;
use OCA\ExchangeConnector\Service\JournalService;

/** The way from the connector to the app: through the web server, its proxies and both doors, with what must be let in and what must be refused. */
class ToApp {
	private const API = '/ocs/v2.php/apps/exchange_connector/api/v1/';
	private const LOOK_AT_MAX = 50;
	private const REFUSALS = [
		'credentials' => 'The web server or a proxy does not hand on the Authorization header. Apache with PHP-FPM: "CGIPassAuth On" or SetEnvIf; nginx: fastcgi_param HTTP_AUTHORIZATION $http_authorization.',
		'signature' => 'The request reached the app in another form than it was sent: a proxy changes the path, the query or the body. Let it pass /ocs/ and /remote.php/ as they are; with a path prefix set overwritewebroot.',
		'timestamp' => 'The clock of this server jumps: set it by NTP.',
		'nonce' => 'A proxy sends requests twice: switch off its retries for /ocs/.',
		'account' => 'The service account that is set is another one: see the administration settings.',
		'not-configured' => 'Set the service account and the shared secret in the administration settings.',
	];

	public function __construct(
		private SignedClient $client,
		private EnrolmentService $enrolment,
		private JournalService $journal,
	) {
	}

	/**
	 * @param array{url: string, username: string, password: string, secret: string} $to
	 * @return iterable<Step>
	 */
	public function steps(array $to): iterable {
		$nonce = $this->client->nonce();
		$ping = $this->client->call($to, ['path' => self::API . 'ping', 'nonce' => $nonce]);
		if ($ping->status !== 200) {
			yield Step::failed("{$to['url']} refuses a signed request: {$this->said($ping)}", $this->advice($ping));
			return;
		}
		yield Step::ok("a signed request through {$to['url']} is understood");
		yield $this->refused('a request that is sent again is refused', 'nonce', $this->client->call($to, ['path' => self::API . 'ping', 'nonce' => $nonce]));
		$altered = ['method' => 'POST', 'path' => self::API . 'journal/ack', 'body' => '{"ids":[]}', 'sentBody' => '{"ids":[1]}'];
		yield $this->refused('a request whose body was altered is refused', 'signature', $this->client->call($to, $altered));
		yield $this->journal($to);
		yield from $this->doors($to);
	}

	private function refused(string $what, string $code, Answer $answer): Step {
		return $answer->status === 401 && $answer->code === $code
			? Step::ok($what)
			: Step::failed("not so: $what; got {$this->said($answer)}", 'Something between answers in the place of the app: switch off caches and retries for /ocs/v2.php/apps/exchange_connector/.');
	}

	/** A row of nobody, written and taken away as a change of somebody would be. */
	private function journal(array $to): Step {
		$id = $this->journal->write($to['username'], ['kind' => 'calendar', 'collection' => 'self-test', 'object' => null, 'op' => 'update']);
		$answer = $this->client->call($to, ['method' => 'POST', 'path' => self::API . 'journal/ack', 'body' => json_encode(['ids' => [$id]], JSON_THROW_ON_ERROR)]);
		$this->journal->acknowledge([$id]);
		return $answer->status === 200
			? Step::ok('the change journal is written, and taken away from outside')
			: Step::failed("the change journal cannot be acknowledged: {$this->said($answer)}", $this->advice($answer));
	}

	/** @return iterable<Step> */
	private function doors(array $to): iterable {
		$uid = $this->somebody();
		if ($uid === null) {
			yield Step::note('nobody takes part yet: reading calendars was not tried', 'Enrol somebody: occ exchange_connector:users:map UID EMAIL, then users:enable UID.');
			return;
		}
		$path = 'calendars/' . rawurlencode($uid) . '/';
		$plain = $this->client->call($to, ['method' => 'PROPFIND', 'path' => "/remote.php/dav/$path", 'user' => $uid, 'headers' => ['Depth' => '0']]);
		yield $plain->status === 207
			? Step::ok("the calendars of $uid can be read by DAV")
			: Step::failed("the calendars of $uid cannot be read by DAV: {$this->said($plain)}", $this->advice($plain));
		$batch = $this->client->call($to, [
			'method' => 'POST', 'path' => self::API . 'users/' . rawurlencode($uid) . '/dav', 'user' => $uid,
			'body' => json_encode(['requests' => [['method' => 'PROPFIND', 'path' => $path, 'headers' => ['Depth' => '0'], 'body' => null]]], JSON_THROW_ON_ERROR),
		]);
		$first = $batch->data['responses'][0]['status'] ?? null;
		yield $first === 207
			? Step::ok("the calendars of $uid can be read in a batch")
			: Step::failed("the calendars of $uid cannot be read in a batch: {$this->said($batch)}", $this->advice($batch));
	}

	/** Of those who take part the first whom the gate lets through: an account that is disabled is no fault of the way. */
	private function somebody(): ?string {
		foreach ($this->enrolment->page('', 'active', null, self::LOOK_AT_MAX)['rows'] as ['uid' => $uid]) {
			if ($this->enrolment->refusalFor($uid) === null) {
				return $uid;
			}
		}
		return null;
	}

	private function said(Answer $answer): string {
		return trim("HTTP {$answer->status} {$answer->code}");
	}

	private function advice(Answer $answer): string {
		$status = $answer->status;
		return self::REFUSALS[$answer->code] ?? match (true) {
			$status >= 300 && $status < 400 => 'The address redirects to ' . $answer->location . ': set overwrite.cli.url (or --url) to the final address.',
			$status === 400 => 'The name in the address is not in trusted_domains of config.php.',
			$status === 404 => 'No Nextcloud answers there, or its routes are old: check overwrite.cli.url, restart PHP-FPM after the app was updated.',
			$status === 429 => 'The brute force protection holds this address back: occ security:bruteforce:reset ADDRESS, and allow the address of the connector.',
			$status === 503 => 'The server is in maintenance mode, or overloaded.',
			default => 'See the log of the web server and data/nextcloud.log.',
		};
	}
}
