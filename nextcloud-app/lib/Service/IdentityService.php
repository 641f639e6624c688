<?php

declare(strict_types=1);

/**
 * SPDX-FileCopyrightText: The Nextcloud Exchange Connector contributors
 * SPDX-License-Identifier: AGPL-3.0-or-later
 */

namespace OCA\ExchangeConnector\Service;

use OCP\AppFramework\Utility\ITimeFactory;
use OCP\IConfig;
use OCP\IGroupManager;
use OCP\IUser;
use OCP\IUserManager;

/**
 * Whose mailbox is whose. Never taken from an address that the person can edit: an administrator's mapping comes first, then an address of the
 * directory, then a proof that the person can read the mailbox.
 */
class IdentityService {
	private const CSV_LINES_MAX = 20_000;

	public function __construct(
		private EnrolmentStore $store,
		private SettingsService $settings,
		private ProofService $proofs,
		private IUserManager $users,
		private IGroupManager $groups,
		private IConfig $config,
		private ITimeFactory $time,
	) {
	}

	/** @return array{kind: 'eligible', email: string, source: string}|array{kind: 'needs-proof', domains: list<string>, suggestion: ?string, pending: ?array}|array{kind: 'refused', reason: string} */
	public function eligibility(string $uid): array {
		$user = $this->users->get($uid);
		$refusal = $this->accountRefusal($user);
		if ($user === null || $refusal !== null) {
			return ['kind' => 'refused', 'reason' => $refusal ?? 'unknown-user'];
		}
		$found = $this->established($user);
		if ($found !== null) {
			return $this->freeForHim($uid, $found['email'])
				? ['kind' => 'eligible', 'email' => $found['email'], 'source' => $found['source']]
				: ['kind' => 'refused', 'reason' => 'duplicate-email'];
		}
		if (!$this->has('proof')) {
			return ['kind' => 'refused', 'reason' => 'no-identity'];
		}
		return [
			'kind' => 'needs-proof',
			'domains' => $this->settings->getAllowedDomains(),
			'suggestion' => $this->suggestion($user),
			'pending' => $this->proofs->pending($uid),
		];
	}

	/**
	 * The address that holds now, whatever the person agreed to before.
	 *
	 * @return array{email: string, source: string}|null
	 */
	public function established(IUser $user): ?array {
		$row = $this->store->find($user->getUID());
		$source = $row['identity']['source'] ?? null;
		$kept = $row['email'] ?? null;
		if ($kept !== null && $source === 'admin' && $this->has('admin')) {
			return ['email' => $kept, 'source' => 'admin'];
		}
		$directory = $this->has('directory') ? $this->directoryAddress($user) : null;
		if ($directory !== null) {
			return ['email' => $directory, 'source' => 'directory'];
		}
		if ($kept !== null && $source === 'proof' && $this->has('proof') && $this->isAllowed($kept)) {
			return ['email' => $kept, 'source' => 'proof'];
		}
		return null;
	}

	/** @throws RefusedException */
	public function startProof(string $uid, string $email): void {
		$offer = $this->eligibility($uid);
		if ($offer['kind'] !== 'needs-proof') {
			throw new RefusedException($offer['kind'] === 'refused' ? $offer['reason'] : 'proof-not-offered', '', 403);
		}
		$this->proofs->start($uid, $this->acceptable($uid, $email));
	}

	/** @throws RefusedException */
	public function confirmProof(string $uid, string $code): void {
		if (!$this->has('proof')) {
			throw new RefusedException('proof-not-offered');
		}
		$email = $this->acceptable($uid, $this->proofs->confirm($uid, $code));
		$this->store->put($uid, ['email' => $email, 'identity_source' => 'proof', 'identity_at' => $this->time->getTime()]);
	}

	/**
	 * An administrator's mapping; an empty address takes it back. Another address than before ends the sync with the old one: the person agreed to that one.
	 *
	 * @throws RefusedException
	 */
	public function assign(string $uid, string $email): void {
		if ($this->users->get($uid) === null) {
			throw new RefusedException('unknown-user', '', 404);
		}
		$row = $this->store->find($uid);
		$address = trim($email) === '' ? null : $this->acceptable($uid, $email);
		$isOther = $row !== null && $row['email'] !== null && mb_strtolower($row['email']) !== mb_strtolower((string)$address);
		$source = $address === null ? null : 'admin';
		$this->store->put($uid, [
			'email' => $address,
			'identity_source' => $source,
			'identity_at' => $source === null ? null : $this->time->getTime(),
			...($isOther && in_array($row['state'], ['active', 'paused'], true) ? ['state' => 'none', 'consent_at' => null] : []),
		]);
	}

	/**
	 * Lines "account,address" (also with ; or a tab). Each line is judged by itself.
	 *
	 * @return list<array{line: int, uid: string, email: string, outcome: string, reason: ?string}>
	 * @throws RefusedException 'bad-csv'
	 */
	public function import(string $csv, bool $dryRun): array {
		$lines = preg_split('/\r\n|\r|\n/', preg_replace('/^\xEF\xBB\xBF/', '', $csv) ?? '') ?: [];
		if (count($lines) > self::CSV_LINES_MAX) {
			throw new RefusedException('bad-csv', 'more than ' . self::CSV_LINES_MAX . ' lines', 400);
		}
		$rows = [];
		$taken = [];
		foreach ($lines as $index => $line) {
			if (trim($line) === '' || str_starts_with(trim($line), '#') || ($index === 0 && !str_contains($line, '@'))) {
				continue;
			}
			$separator = str_contains($line, ';') ? ';' : (str_contains($line, "\t") ? "\t" : ',');
			$cells = array_map('trim', str_getcsv($line, $separator, '"', ''));
			$rows[] = ['line' => $index + 1, ...$this->importLine($cells, $taken, $dryRun)];
		}
		if ($rows === []) {
			throw new RefusedException('bad-csv', 'no line of the form account,address', 400);
		}
		return $rows;
	}

	/** @param array<string, string> $taken addresses of the lines before, by lower case */
	private function importLine(array $cells, array &$taken, bool $dryRun): array {
		[$uid, $email] = [(string)($cells[0] ?? ''), (string)($cells[1] ?? '')];
		$row = $this->store->find($uid);
		$outcome = $row === null || $row['email'] === null ? 'new' : 'changed';
		try {
			if (count($cells) < 2) {
				throw new RefusedException('bad-csv');
			}
			if ($this->users->get($uid) === null) {
				throw new RefusedException('unknown-user');
			}
			$address = $this->acceptable($uid, $email);
			$key = mb_strtolower($address);
			if (isset($taken[$key]) && $taken[$key] !== $uid) {
				throw new RefusedException('duplicate-email');
			}
			$taken[$key] = $uid;
			if ($row !== null && $row['email'] === $address && ($row['identity']['source'] ?? null) === 'admin') {
				return ['uid' => $uid, 'email' => $address, 'outcome' => 'same', 'reason' => null];
			}
			if (!$dryRun) {
				$this->assign($uid, $address);
			}
			return ['uid' => $uid, 'email' => $address, 'outcome' => $outcome, 'reason' => null];
		} catch (RefusedException $refused) {
			return ['uid' => $uid, 'email' => $email, 'outcome' => 'refused', 'reason' => $refused->errorCode];
		}
	}

	/** Null: the account may take part. */
	public function accountRefusal(?IUser $user): ?string {
		if ($user === null) {
			return 'unknown-user';
		}
		if (!$user->isEnabled()) {
			return 'user-disabled';
		}
		$groups = $this->settings->getGroups();
		foreach ($groups as $group) {
			if ($this->groups->isInGroup($user->getUID(), $group)) {
				return null;
			}
		}
		return $groups === [] ? null : 'not-allowed';
	}

	/** The system address, and only where the person cannot change it. */
	private function directoryAddress(IUser $user): ?string {
		$canChange = method_exists($user, 'canChangeEmail')
			? $user->canChangeEmail()
			: $this->config->getSystemValue('allow_user_to_change_display_name', true) !== false;
		$email = $canChange ? null : Identity::normalized((string)$user->getSystemEMailAddress());
		return $email !== null && $this->isAllowed($email) ? $email : null;
	}

	private function suggestion(IUser $user): ?string {
		$email = Identity::normalized((string)$user->getSystemEMailAddress());
		return $email !== null && $this->isAllowed($email) ? $email : null;
	}

	private function acceptable(string $uid, string $email): string {
		$address = Identity::normalized($email) ?? throw new RefusedException('bad-email', 'not an address', 400);
		if (!$this->isAllowed($address)) {
			throw new RefusedException('domain-not-allowed', 'addresses of this domain are not allowed', 400);
		}
		if (!$this->freeForHim($uid, $address)) {
			throw new RefusedException('duplicate-email', 'this mailbox belongs to another account', 409);
		}
		return $address;
	}

	private function freeForHim(string $uid, string $email): bool {
		$owner = $this->store->ownerOf($email);
		return $owner === null || $owner === $uid;
	}

	/** Whether mailboxes of this domain may be synced now. */
	public function isAllowed(string $email): bool {
		return Identity::isDomainAllowed($email, $this->settings->getAllowedDomains());
	}

	private function has(string $source): bool {
		return in_array($source, $this->settings->getIdentitySources(), true);
	}
}
