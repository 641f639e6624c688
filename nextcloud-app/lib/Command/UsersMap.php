<?php

declare(strict_types=1);

/**
 * SPDX-FileCopyrightText: The Nextcloud Exchange Connector contributors
 * SPDX-License-Identifier: AGPL-3.0-or-later
 */

namespace OCA\ExchangeConnector\Command;

use OCA\ExchangeConnector\Service\IdentityService;
use OCA\ExchangeConnector\Service\RefusedException;
use Symfony\Component\Console\Command\Command;
use Symfony\Component\Console\Input\InputArgument;
use Symfony\Component\Console\Input\InputInterface;
use Symfony\Component\Console\Input\InputOption;
use Symfony\Component\Console\Output\OutputInterface;

/** Says which mailbox belongs to which account: one, or a CSV file of them. */
class UsersMap extends Command {
	public function __construct(
		private IdentityService $identity,
	) {
		parent::__construct();
	}

	protected function configure(): void {
		$this->setName('exchange_connector:users:map')
			->setDescription('Assign mailboxes to accounts')
			->addArgument('uid', InputArgument::OPTIONAL, 'account')
			->addArgument('email', InputArgument::OPTIONAL, 'address of its mailbox')
			->addOption('clear', null, InputOption::VALUE_NONE, 'take the assignment of the account back')
			->addOption('csv', null, InputOption::VALUE_REQUIRED, 'file with lines account,address; - reads from the standard input')
			->addOption('dry-run', null, InputOption::VALUE_NONE, 'with --csv: say what would be done, and do nothing');
	}

	protected function execute(InputInterface $input, OutputInterface $output): int {
		[$uid, $email, $file] = [$input->getArgument('uid'), $input->getArgument('email'), $input->getOption('csv')];
		$isClear = (bool)$input->getOption('clear');
		try {
			if ($file !== null && $uid === null && !$isClear) {
				return $this->import($file, (bool)$input->getOption('dry-run'), $output);
			}
			if ($file === null && $uid !== null && ($email !== null) !== $isClear) {
				$this->identity->assign($uid, $email ?? '');
				$output->writeln($isClear ? "$uid: no mailbox assigned" : "$uid: $email");
				return self::SUCCESS;
			}
		} catch (RefusedException $refused) {
			$output->writeln('<error>' . ($uid ?? $file) . ': ' . Reasons::of($refused->errorCode) . '</error>');
			return self::FAILURE;
		}
		$output->writeln('<error>Give an account and an address, or an account and --clear, or --csv FILE.</error>');
		return self::INVALID;
	}

	private function import(string $file, bool $isDryRun, OutputInterface $output): int {
		$csv = @file_get_contents($file === '-' ? 'php://stdin' : $file);
		if ($csv === false) {
			$output->writeln("<error>$file cannot be read.</error>");
			return self::FAILURE;
		}
		$counts = ['new' => 0, 'changed' => 0, 'same' => 0, 'refused' => 0];
		foreach ($this->identity->import($csv, $isDryRun) as $row) {
			$counts[$row['outcome']]++;
			if ($row['outcome'] === 'refused') {
				$output->writeln("<error>line {$row['line']}, {$row['uid']}: " . Reasons::of((string)$row['reason']) . '</error>');
			} elseif ($row['outcome'] !== 'same' && ($isDryRun || $output->isVerbose())) {
				$output->writeln("line {$row['line']}, {$row['uid']}: {$row['email']} ({$row['outcome']})");
			}
		}
		$output->writeln("{$counts['new']} new, {$counts['changed']} changed, {$counts['same']} as before, {$counts['refused']} refused" . ($isDryRun ? '; nothing was changed' : ''));
		return $counts['refused'] === 0 ? self::SUCCESS : self::FAILURE;
	}
}
