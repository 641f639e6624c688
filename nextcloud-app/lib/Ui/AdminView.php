<?php

declare(strict_types=1);

/**
 * SPDX-FileCopyrightText: The Nextcloud Exchange Connector contributors
 * SPDX-License-Identifier: AGPL-3.0-or-later
 */

namespace OCA\ExchangeConnector\Ui;

use OCA\ExchangeConnector\Service\CommandService;
use OCA\ExchangeConnector\Service\EnrolmentService;
use OCA\ExchangeConnector\Service\JournalService;
use OCA\ExchangeConnector\Service\RefusedException;
use OCA\ExchangeConnector\Service\SecretService;
use OCA\ExchangeConnector\Service\SettingsService;
use OCA\ExchangeConnector\Service\StatusService;
use OCP\IGroupManager;
use OCP\IUserManager;

/** Everything that the administration page shows, in the shapes of src/logic/types.ts. Never a secret, only its fingerprint. */
class AdminView {
	public function __construct(
		private SettingsService $settings,
		private SecretService $secrets,
		private EnrolmentService $enrolment,
		private StatusService $status,
		private CommandService $commands,
		private JournalService $journal,
		private ReportView $reports,
		private IUserManager $users,
		private IGroupManager $groups,
	) {
	}

	public function settings(): array {
		$account = $this->settings->getServiceAccount();
		return [
			'serviceAccount' => $account,
			'serviceAccountProblem' => $this->accountProblem($account),
			'secrets' => $this->secrets(),
			'groups' => array_map(fn (string $gid): array => [
				'id' => $gid,
				'name' => $this->groups->get($gid)?->getDisplayName() ?? $gid,
			], $this->settings->getGroups()),
			'identitySources' => $this->settings->getIdentitySources(),
			'allowedDomains' => $this->settings->getAllowedDomains(),
			'schedulingAuthority' => $this->settings->getSchedulingAuthority(),
			'defaultChoices' => $this->settings->getDefaultChoices(),
			'webhookUrl' => $this->settings->getWebhookUrl(),
		];
	}

	/** @return array{current: ?array, previous: ?array} */
	public function secrets(): array {
		$madeAt = $this->secrets->madeAt();
		$shown = [];
		foreach ($this->secrets->fingerprints() as $which => $fingerprint) {
			$shown[$which] = $fingerprint === null ? null : ['fingerprint' => $fingerprint, 'createdAt' => $madeAt[$which]];
		}
		return $shown;
	}

	public function connector(): array {
		return $this->status->connector() + [
			'journalPending' => $this->journal->countPending(),
			'commandsPending' => $this->commands->countPending(),
			'users' => $this->enrolment->counts(),
			'attention' => $this->status->attention(),
		];
	}

	public function users(string $search, string $state, string $cursor, int $limit): array {
		$page = $this->enrolment->page($search, $state === '' ? null : $state, $cursor === '' ? null : $cursor, $limit);
		$reports = $this->status->reports(array_column($page['rows'], 'uid'));
		return [
			'users' => array_map(fn (array $row): array => $this->userOf($row, $reports[$row['uid']] ?? null), $page['rows']),
			'next' => $page['next'],
		];
	}

	public function user(string $uid): array {
		$row = $this->enrolment->find($uid);
		if ($row === null) {
			throw new RefusedException('unknown-user', '', 404);
		}
		return $this->userOf($row, $this->status->report($uid));
	}

	/** @return list<string> */
	public function membersOf(string $gid): array {
		$group = $this->groups->get($gid);
		if ($group === null) {
			throw new RefusedException('unknown-group', '', 404);
		}
		return array_map(static fn ($user): string => $user->getUID(), array_values($group->getUsers()));
	}

	private function userOf(array $row, ?array $report): array {
		$user = $this->users->get($row['uid']);
		return [
			'uid' => $row['uid'],
			'displayName' => $user?->getDisplayName() ?? $row['uid'],
			'email' => $row['email'],
			'source' => $row['identity']['source'] ?? null,
			'state' => $row['state'],
			'isEnabled' => $user?->isEnabled() ?? false,
			'report' => $this->reports->of($report, []),
		];
	}

	private function accountProblem(string $account): ?string {
		if ($account === '') {
			return 'none-set';
		}
		$user = $this->users->get($account);
		if ($user === null) {
			return 'unknown';
		}
		return $user->isEnabled() ? null : 'disabled';
	}
}
