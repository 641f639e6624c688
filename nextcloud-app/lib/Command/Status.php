<?php

declare(strict_types=1);

/**
 * SPDX-FileCopyrightText: The Nextcloud Exchange Connector contributors
 * SPDX-License-Identifier: AGPL-3.0-or-later
 */

namespace OCA\ExchangeConnector\Command;

use OCA\ExchangeConnector\Service\CommandService;
use OCA\ExchangeConnector\Service\EnrolmentService;
use OCA\ExchangeConnector\Service\JournalService;
use OCA\ExchangeConnector\Service\SecretService;
use OCA\ExchangeConnector\Service\SettingsService;
use OCA\ExchangeConnector\Service\StatusService;
use OCP\AppFramework\Utility\ITimeFactory;
use Symfony\Component\Console\Command\Command;
use Symfony\Component\Console\Input\InputArgument;
use Symfony\Component\Console\Input\InputInterface;
use Symfony\Component\Console\Input\InputOption;
use Symfony\Component\Console\Output\OutputInterface;

/** How it goes: the connector, who takes part, what waits. With an account: how it goes there. */
class Status extends Command {
	public function __construct(
		private SettingsService $settings,
		private SecretService $secrets,
		private EnrolmentService $enrolment,
		private StatusService $status,
		private JournalService $journal,
		private CommandService $commands,
		private ITimeFactory $time,
	) {
		parent::__construct();
	}

	protected function configure(): void {
		$this->setName('exchange_connector:status')
			->setDescription('Show the state of the connector and of the accounts that take part')
			->addArgument('uid', InputArgument::OPTIONAL, 'show one account')
			->addOption('json', null, InputOption::VALUE_NONE, 'for programs');
	}

	protected function execute(InputInterface $input, OutputInterface $output): int {
		$uid = $input->getArgument('uid');
		$row = $uid === null ? null : $this->enrolment->find($uid);
		if ($uid !== null && $row === null) {
			$output->writeln("<error>$uid: " . Reasons::of('no-consent') . '</error>');
			return self::FAILURE;
		}
		$facts = $row === null ? $this->all() : [...$row, 'report' => $this->status->report((string)$uid)];
		if ($input->getOption('json')) {
			$output->writeln((string)json_encode($facts, JSON_PRETTY_PRINT | JSON_UNESCAPED_SLASHES | JSON_UNESCAPED_UNICODE | JSON_THROW_ON_ERROR), OutputInterface::OUTPUT_RAW);
			return self::SUCCESS;
		}
		foreach ($row === null ? $this->lines($facts) : $this->userLines($facts) as $name => $text) {
			$output->writeln(str_pad($name, 22) . $text);
		}
		return self::SUCCESS;
	}

	private function all(): array {
		return [
			'serviceAccount' => $this->settings->getServiceAccount(),
			'secrets' => $this->secrets->fingerprints(),
			'schedulingAuthority' => $this->settings->getSchedulingAuthority(),
			'webhookUrl' => $this->settings->getWebhookUrl(),
			'connector' => $this->status->connector(),
			'users' => $this->enrolment->counts(),
			'attention' => $this->status->attention(),
			'journalPending' => $this->journal->countPending(),
			'commandsPending' => $this->commands->countPending(),
		];
	}

	/** @return array<string, string> */
	private function lines(array $facts): array {
		['connector' => $connector, 'users' => $users, 'attention' => $attention, 'secrets' => $secrets] = $facts;
		return [
			'Service account' => $facts['serviceAccount'] ?: 'none yet',
			'Shared secret' => ($secrets['current'] ?? 'none yet') . ($secrets['previous'] === null ? '' : ", and {$secrets['previous']} until it is dropped"),
			'Who invites' => $facts['schedulingAuthority'],
			'Webhook' => $facts['webhookUrl'] ?: 'none: the connector asks by itself',
			'Connector' => $connector['version'] === null ? 'has not reported yet' : "{$connector['version']} ({$connector['instance']})",
			'Last seen' => $this->ago($connector['lastSeenAt']),
			'Last report' => $this->ago($connector['lastReportAt']),
			'Accounts' => "{$users['active']} active, {$users['paused']} paused, {$users['withdrawn']} withdrawn",
			'Need attention' => "{$attention['failed']} failed, {$attention['halted']} halted, {$attention['conflicts']} with conflicts",
			'Waiting' => "{$facts['journalPending']} changes, {$facts['commandsPending']} commands",
		];
	}

	/** @return array<string, string> */
	private function userLines(array $row): array {
		$report = $row['report'];
		return [
			'Account' => $row['uid'],
			'Mailbox' => $row['email'] === null ? 'none' : "{$row['email']} ({$row['identity']['source']})",
			'State' => $row['state'] . ($row['withdrawal'] === null ? '' : " ({$row['withdrawal']} what was synced)"),
			'Last run' => $report === null ? 'none yet' : $report['outcome'] . ', ' . $this->ago($report['lastPassAt'] ?? null),
			'Last success' => $this->ago($report['lastSuccessAt'] ?? null),
			'Conflicts' => (string)count($report['conflicts'] ?? []),
			'Problems' => implode(', ', array_map(static fn (array $one): string => trim(($one['title'] ?? '') . ' ' . ($one['code'] ?? '')), $report['problems'] ?? [])) ?: 'none',
		];
	}

	private function ago(?int $at): string {
		if ($at === null) {
			return 'never';
		}
		$seconds = max(0, $this->time->getTime() - $at);
		return gmdate('Y-m-d H:i:s', $at) . ' UTC, ' . match (true) {
			$seconds < 120 => "$seconds seconds ago",
			$seconds < 7200 => intdiv($seconds, 60) . ' minutes ago',
			$seconds < 172800 => intdiv($seconds, 3600) . ' hours ago',
			default => intdiv($seconds, 86400) . ' days ago',
		};
	}
}
