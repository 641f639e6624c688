<?php

declare(strict_types=1);

/**
 * SPDX-FileCopyrightText: The Nextcloud Exchange Connector contributors
 * SPDX-License-Identifier: AGPL-3.0-or-later
 */

namespace OCA\ExchangeConnector\Dav;

use OCA\ExchangeConnector\SelfTest\SignedClient;
use OCA\ExchangeConnector\Service\EnrolmentService;
use OCA\ExchangeConnector\Service\JournalService;
use OCA\ExchangeConnector\Service\NonceStore;
use OCA\ExchangeConnector\Service\RefusedException;
use OCA\ExchangeConnector\Service\SecretService;
use OCA\ExchangeConnector\Service\SettingsService;
use OCA\ExchangeConnector\Service\StatusService;
use OCA\ExchangeConnector\Signature\SignedRequest;
use OCA\ExchangeConnector\Signature\Verifier;
use OCP\AppFramework\Utility\ITimeFactory;
use OCP\Authentication\Token\IProvider;
use OCP\IGroupManager;
use OCP\IRequest;
use OCP\IUserManager;
use OCP\Security\Bruteforce\IThrottler;
use Throwable;

/**
 * The one verifier of both doors: the app password of the service account, and the signature. Attempts are counted for a wrong app password only; a clock
 * that is off or a secret just rotated must not lock the connector out.
 */
class Gate {
	public const NOBODY = '*';
	private const THROTTLE = 'exchange_connector';
	private const STATUS = ['credentials' => 401, 'signature' => 401, 'timestamp' => 401, 'nonce' => 401, 'account' => 403, 'no-consent' => 403, 'user-disabled' => 403, 'unknown-user' => 404, 'not-configured' => 503];

	public function __construct(
		private IRequest $request,
		private IProvider $tokens,
		private IThrottler $throttler,
		private IUserManager $users,
		private IGroupManager $groups,
		private ITimeFactory $time,
		private SettingsService $settings,
		private SecretService $secrets,
		private NonceStore $nonces,
		private EnrolmentService $enrolment,
		private StatusService $status,
		private JournalService $journal,
	) {
	}

	/** Whether somebody means to come through this door at all. */
	public function isAsked(): bool {
		return $this->request->getHeader('X-EXC-Signature') !== '' || $this->request->getHeader('X-EXC-User') !== '';
	}

	/**
	 * Verifies the whole request. Gives the account that is meant, or NOBODY.
	 *
	 * @throws RefusedException with the status of the answer
	 */
	public function verify(): string {
		$this->account();
		$sentUser = $this->request->getHeader('X-EXC-User');
		$refusal = Verifier::refusal($this->signed($sentUser), $this->secrets->usable(), $this->time->getTime(), $this->nonces->isNew(...));
		if ($refusal !== null) {
			throw self::refused($refusal);
		}
		if (!str_starts_with($this->request->getHeader('X-EXC-Nonce'), SignedClient::NONCE_PREFIX)) {
			$this->status->seen();
		}
		$this->journal->actAsConnector();
		return $sentUser === self::NOBODY ? self::NOBODY : rawurldecode($sentUser);
	}

	/** @throws RefusedException */
	public function consenting(string $uid): void {
		$refusal = $this->enrolment->refusalFor($uid);
		if ($refusal !== null) {
			throw self::refused($refusal);
		}
	}

	private function account(): void {
		$wanted = $this->settings->getServiceAccount();
		if ($wanted === '' || $this->secrets->usable() === []) {
			throw self::refused('not-configured');
		}
		$ip = $this->request->getRemoteAddress();
		$delay = $this->throttler->sleepDelayOrThrowOnMax($ip, self::THROTTLE);
		[$name, $password] = $this->basic();
		try {
			if ($name === '' || $password === '') {
				throw self::refused('credentials');
			}
			// An account's own password is no token: only an app password opens this door.
			$token = $this->tokens->getToken($password);
		} catch (RefusedException $refused) {
			throw $refused;
		} catch (Throwable) {
			$this->throttler->registerAttempt(self::THROTTLE, $ip, ['user' => $name]);
			throw self::refused('credentials');
		}
		if ($token->getUID() !== $wanted || ($token->getLoginName() !== $name && $token->getUID() !== $name)) {
			throw self::refused('account');
		}
		// An administrator's account would be more power than the connector needs, whoever entered it.
		if ($this->users->get($wanted)?->isEnabled() !== true || $this->groups->isAdmin($wanted)) {
			throw self::refused('account');
		}
		// A write of its own, which a right request does not need when nobody was wrong before.
		if ($delay > 0) {
			$this->throttler->resetDelay($ip, self::THROTTLE, ['user' => $name]);
		}
	}

	/** @return array{0: string, 1: string} */
	private function basic(): array {
		$server = $this->request->server;
		if (isset($server['PHP_AUTH_USER'], $server['PHP_AUTH_PW'])) {
			return [(string)$server['PHP_AUTH_USER'], (string)$server['PHP_AUTH_PW']];
		}
		$header = $this->request->getHeader('Authorization');
		$plain = preg_match('/^Basic ([A-Za-z0-9+\/=]+)$/i', $header, $match) === 1 ? (string)base64_decode($match[1], true) : '';
		return [...explode(':', $plain, 2), '', ''];
	}

	private function signed(string $user): SignedRequest {
		return new SignedRequest(
			$this->request->getMethod(),
			$this->request->getRequestUri(),
			$user,
			$this->request->getHeader('X-EXC-Timestamp'),
			$this->request->getHeader('X-EXC-Nonce'),
			(string)file_get_contents('php://input'),
			$this->request->getHeader('X-EXC-Signature'),
		);
	}

	public static function refused(string $code): RefusedException {
		return new RefusedException($code, $code, self::STATUS[$code] ?? 403);
	}
}
