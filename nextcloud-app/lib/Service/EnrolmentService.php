<?php

declare(strict_types=1);

/**
 * SPDX-FileCopyrightText: The Nextcloud Exchange Connector contributors
 * SPDX-License-Identifier: AGPL-3.0-or-later
 */

namespace OCA\ExchangeConnector\Service;

use OCA\ExchangeConnector\Notification\Notifications;
use OCA\ExchangeConnector\Notification\Notifier;
use OCP\AppFramework\Utility\ITimeFactory;
use OCP\IUserManager;

/** Who takes part: consent, pause, withdrawal. The address is frozen when somebody agrees; another address needs another consent. */
class EnrolmentService {
	/** Withdrawn people are told to the connector this long, so that it takes notice of them even after a holiday. */
	public const TOMBSTONE_SECONDS = 90 * 86400;
	private const TAKING_PART = ['active', 'paused'];

	public function __construct(
		private EnrolmentStore $store,
		private IdentityService $identity,
		private SettingsService $settings,
		private CommandService $commands,
		private StatusService $status,
		private ProofService $proofs,
		private WebhookService $webhook,
		private Notifications $notifications,
		private IUserManager $users,
		private ITimeFactory $time,
	) {
	}

	/** Somebody without a state of their own (known only for a mapping) has state `none`. */
	public function find(string $uid): ?array {
		return $this->store->find($uid);
	}

	/** @throws RefusedException */
	public function consent(string $uid, array $choices): void {
		$checked = Choices::checked($choices);
		$offer = $this->identity->eligibility($uid);
		if ($offer['kind'] !== 'eligible') {
			throw new RefusedException($offer['kind'] === 'refused' ? $offer['reason'] : 'no-identity');
		}
		$row = $this->store->find($uid);
		if ($row !== null && in_array($row['state'], self::TAKING_PART, true)) {
			throw new RefusedException('already-active', '', 409);
		}
		$now = $this->time->getTime();
		$this->commands->drop($uid, 'withdraw');
		$this->store->put($uid, [
			'email' => $offer['email'],
			'identity_source' => $offer['source'],
			'identity_at' => $row['identity']['at'] ?? $now,
			'state' => 'active',
			'withdrawal' => null,
			'choices' => json_encode($checked, JSON_THROW_ON_ERROR),
			'consent_at' => $now,
			'invited_at' => $row['invitedAt'] ?? $now,
		]);
		$this->notifications->settled($uid, Notifier::INVITATION);
		$this->webhook->wake('users', $uid);
	}

	/** @throws RefusedException */
	public function withdraw(string $uid, bool $remove): void {
		$this->takingPart($uid);
		$this->store->put($uid, ['state' => 'withdrawn', 'withdrawal' => $remove ? 'remove' : 'keep']);
		$this->commands->drop($uid, 'sync-now');
		$this->commands->drop($uid, 'restore-conflict');
		$this->notifications->settled($uid, Notifier::HALTED);
		$this->status->forget($uid);
		$this->commands->enqueue($uid, 'withdraw', ['remove' => $remove]);
		$this->webhook->wake('users', $uid);
	}

	/** @throws RefusedException */
	public function setChoices(string $uid, array $choices): void {
		$checked = Choices::checked($choices);
		$this->takingPart($uid);
		$this->store->put($uid, ['choices' => json_encode($checked, JSON_THROW_ON_ERROR)]);
		$this->webhook->wake('users', $uid);
	}

	/** @throws RefusedException */
	public function pause(string $uid, bool $paused): void {
		$this->takingPart($uid);
		$this->store->put($uid, ['state' => $paused ? 'paused' : 'active']);
		$this->webhook->wake('users', $uid);
	}

	/**
	 * An administrator's decision: `active` (enrols), `paused`, `withdrawn` (what was synced stays).
	 *
	 * @throws RefusedException
	 */
	public function setState(string $uid, string $state): void {
		$row = $this->store->find($uid);
		$isIn = $row !== null && in_array($row['state'], self::TAKING_PART, true);
		match (true) {
			$state === 'active' && !$isIn => $this->consent($uid, $this->settings->getDefaultChoices()),
			$state === 'active' || $state === 'paused' => $this->pause($uid, $state === 'paused'),
			$state === 'withdrawn' => $this->withdraw($uid, false),
			default => throw new RefusedException('bad-request', 'state', 400),
		};
	}

	/**
	 * Enrols on behalf of people, with the default choices.
	 *
	 * @param list<string> $uids
	 * @return array{enabled: list<string>, refused: list<array{uid: string, reason: string}>}
	 */
	public function enable(array $uids): array {
		$answer = ['enabled' => [], 'refused' => []];
		foreach (array_unique(array_map('strval', $uids)) as $uid) {
			try {
				$this->setState($uid, 'active');
				$answer['enabled'][] = $uid;
			} catch (RefusedException $refused) {
				$answer['refused'][] = ['uid' => $uid, 'reason' => $refused->errorCode];
			}
		}
		return $answer;
	}

	/**
	 * For the administration page.
	 *
	 * @return array{rows: list<array>, next: ?string}
	 */
	public function page(string $search, ?string $state, ?string $cursor, int $limit): array {
		$filter = ['search' => $search, 'isKnown' => true, 'states' => $state === null || $state === '' ? [] : [$state]];
		$rows = $this->store->page($filter, $cursor ?? '', $limit + 1);
		$next = count($rows) > $limit ? $rows[$limit - 1]['uid'] : null;
		return ['rows' => array_slice($rows, 0, $limit), 'next' => $next];
	}

	/**
	 * For the connector: who takes part, and who withdrew lately.
	 *
	 * @return array{rows: list<array>, next: ?string}
	 */
	public function enrolled(?int $since, string $after, int $limit): array {
		$rows = $this->store->page(['states' => [...self::TAKING_PART, 'withdrawn', 'none'], 'since' => $since], $after, $limit + 1);
		$next = count($rows) > $limit ? $rows[$limit - 1]['uid'] : null;
		$oldest = $this->time->getTime() - self::TOMBSTONE_SECONDS;
		$told = array_filter(array_slice($rows, 0, $limit), static fn (array $row): bool =>
			$row['state'] !== 'none' && ($row['state'] !== 'withdrawn' || $row['updatedAt'] >= $oldest));
		return ['rows' => array_values($told), 'next' => $next];
	}

	/** @return array{active: int, paused: int, withdrawn: int} */
	public function counts(): array {
		$counts = $this->store->countByState();
		return ['active' => $counts['active'] ?? 0, 'paused' => $counts['paused'] ?? 0, 'withdrawn' => $counts['withdrawn'] ?? 0];
	}

	/** Whether the connector may act for this account now: null, or the code of the refusal. Asked with every request for one person. */
	public function refusalFor(string $uid): ?string {
		$user = $this->users->get($uid);
		if ($user === null) {
			return 'unknown-user';
		}
		if (!$user->isEnabled()) {
			return 'user-disabled';
		}
		$row = $this->store->find($uid);
		if ($row === null || $row['email'] === null || !in_array($row['state'], self::TAKING_PART, true)) {
			// A withdrawal that removes what was synced is carried out by the connector, and it alone.
			return $row !== null && $row['state'] === 'withdrawn' && $row['withdrawal'] === 'remove' && $this->isWithdrawing($uid) ? null : 'no-consent';
		}
		return $this->identity->accountRefusal($user) === null && $this->identity->isAllowed($row['email']) ? null : 'no-consent';
	}

	/** Another one as soon as anything was decided or noticed about the account, by whatever process. */
	public function mark(string $uid): string {
		$row = $this->store->find($uid);
		return $row === null ? '' : implode(' ', [$row['state'], $row['withdrawal'] ?? '', $row['updatedAt'], $row['consentedAt'] ?? '', $row['email'] ?? '']);
	}

	private function isWithdrawing(string $uid): bool {
		return in_array('withdraw', array_column($this->commands->pending($uid), 'kind'), true);
	}

	/** @throws RefusedException 'no-consent' */
	private function takingPart(string $uid): array {
		$row = $this->store->find($uid);
		if ($row === null || !in_array($row['state'], self::TAKING_PART, true)) {
			throw new RefusedException('no-consent', '', 409);
		}
		return $row;
	}

	/** What changed in the directory: an address that is not the agreed one any more stops the sync until the person agrees again. */
	public function recheck(string $uid): void {
		$row = $this->store->find($uid);
		$user = $this->users->get($uid);
		if ($row === null || $user === null || !in_array($row['state'], self::TAKING_PART, true)) {
			return;
		}
		$now = $this->identity->established($user);
		if ($now === null || mb_strtolower($now['email']) !== mb_strtolower((string)$row['email'])) {
			$this->store->put($uid, ['state' => 'withdrawn', 'withdrawal' => 'keep', 'email' => null, 'identity_source' => null, 'identity_at' => null]);
			$this->webhook->wake('users', $uid);
		}
	}

	/** The account is gone. That it was there is told to the connector for a while, so that it stops. */
	public function forget(string $uid): void {
		$this->commands->drop($uid);
		$this->status->forget($uid);
		$this->proofs->forget($uid);
		$this->notifications->settled($uid, Notifier::INVITATION);
		$this->notifications->settled($uid, Notifier::HALTED);
		$row = $this->store->find($uid);
		if ($row === null || $row['consentedAt'] === null) {
			$this->store->delete($uid);
			return;
		}
		$this->store->put($uid, [
			'email' => null, 'identity_source' => null, 'identity_at' => null, 'choices' => '[]', 'consent_at' => null,
			'state' => 'withdrawn', 'withdrawal' => 'keep',
		]);
		$this->webhook->wake('users', $uid);
	}

	/** The account has another name now. */
	public function rename(string $uid, string $displayName): void {
		$this->store->rename($uid, $displayName);
	}

	/** Somebody was let in or shut out without a decision of their own: the connector has to look. */
	public function touch(string $uid): void {
		if ($this->store->find($uid) !== null) {
			$this->store->put($uid, []);
			$this->webhook->wake('users', $uid);
		}
	}

	public function wasInvited(string $uid): bool {
		return ($this->store->find($uid)['invitedAt'] ?? null) !== null;
	}

	public function markInvited(string $uid): void {
		$this->store->put($uid, ['invited_at' => $this->time->getTime()]);
	}

	public function lastUpdatedAt(): int {
		return $this->store->lastUpdatedAt();
	}
}
