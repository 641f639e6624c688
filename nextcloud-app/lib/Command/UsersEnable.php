<?php

declare(strict_types=1);

/**
 * SPDX-FileCopyrightText: The Nextcloud Exchange Connector contributors
 * SPDX-License-Identifier: AGPL-3.0-or-later
 */

namespace OCA\ExchangeConnector\Command;

use OCA\ExchangeConnector\Service\EnrolmentService;
use OCP\IGroupManager;
use Symfony\Component\Console\Command\Command;
use Symfony\Component\Console\Input\InputArgument;
use Symfony\Component\Console\Input\InputInterface;
use Symfony\Component\Console\Input\InputOption;
use Symfony\Component\Console\Output\OutputInterface;

/** Enrols accounts with the default choices, as the administration page does. */
class UsersEnable extends Command {
	public function __construct(
		private EnrolmentService $enrolment,
		private IGroupManager $groups,
	) {
		parent::__construct();
	}

	protected function configure(): void {
		$this->setName('exchange_connector:users:enable')
			->setDescription('Turn synchronization on for accounts whose mailbox is established')
			->addArgument('uids', InputArgument::IS_ARRAY, 'accounts')
			->addOption('group', 'g', InputOption::VALUE_REQUIRED, 'all members of this group');
	}

	protected function execute(InputInterface $input, OutputInterface $output): int {
		$uids = $input->getArgument('uids');
		$name = $input->getOption('group');
		if ($name !== null) {
			$group = $this->groups->get($name);
			if ($group === null) {
				$output->writeln("<error>There is no group $name.</error>");
				return self::FAILURE;
			}
			foreach ($group->getUsers() as $user) {
				$uids[] = $user->getUID();
			}
		}
		if ($uids === []) {
			$output->writeln('<error>Name accounts, or a group with --group.</error>');
			return self::INVALID;
		}
		['enabled' => $enabled, 'refused' => $refused] = $this->enrolment->enable($uids);
		foreach ($enabled as $uid) {
			$output->writeln("$uid: takes part");
		}
		foreach ($refused as ['uid' => $uid, 'reason' => $reason]) {
			$output->writeln("<error>$uid: " . Reasons::of($reason) . '</error>');
		}
		$output->writeln(count($enabled) . ' take part, ' . count($refused) . ' refused');
		return $refused === [] ? self::SUCCESS : self::FAILURE;
	}
}
