<?php

declare(strict_types=1);

/**
 * SPDX-FileCopyrightText: The Nextcloud Exchange Connector contributors
 * SPDX-License-Identifier: AGPL-3.0-or-later
 */

namespace OCA\ExchangeConnector\SelfTest;

use OC\Authentication\Token\IProvider;
use OCP\Authentication\Token\IToken;
use OCP\Security\ISecureRandom;

/** An app password of the service account for the length of a test. The one place that knows the private class that makes them (Nextcloud 30 to 34). */
class TemporaryPassword {
	private const LENGTH = 72;

	public function __construct(
		private IProvider $tokens,
		private ISecureRandom $random,
	) {
	}

	/**
	 * @template T
	 * @param callable(string $password): T $use
	 * @return T
	 */
	public function with(string $uid, callable $use): mixed {
		$password = $this->random->generate(self::LENGTH, ISecureRandom::CHAR_ALPHANUMERIC);
		$this->tokens->generateToken($password, $uid, $uid, null, 'Exchange Connector self-test', IToken::PERMANENT_TOKEN);
		try {
			return $use($password);
		} finally {
			$this->tokens->invalidateToken($password);
		}
	}
}
