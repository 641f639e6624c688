<?php

declare(strict_types=1);

/**
 * SPDX-FileCopyrightText: The Nextcloud Exchange Connector contributors
 * SPDX-License-Identifier: AGPL-3.0-or-later
 */

namespace OCA\ExchangeConnector\Command;

use OCA\ExchangeConnector\Service\EnrolmentService;
use OCA\ExchangeConnector\Service\RefusedException;
use Symfony\Component\Console\Command\Command;
use Symfony\Component\Console\Input\InputArgument;
use Symfony\Component\Console\Input\InputInterface;
use Symfony\Component\Console\Input\InputOption;
use Symfony\Component\Console\Output\OutputInterface;

/** Ends the synchronization of accounts. */
class UsersDisable extends Command {
	public function __construct(
		private EnrolmentService $enrolment,
	) {
		parent::__construct();
	}

	protected function configure(): void {
		$this->setName('exchange_connector:users:disable')
			->setDescription('Turn synchronization off for accounts')
			->addArgument('uids', InputArgument::REQUIRED | InputArgument::IS_ARRAY, 'accounts')
			->addOption('remove', null, InputOption::VALUE_NONE, 'let the connector remove what it copied; without it everything stays on both sides');
	}

	protected function execute(InputInterface $input, OutputInterface $output): int {
		$code = self::SUCCESS;
		foreach ($input->getArgument('uids') as $uid) {
			try {
				$this->enrolment->withdraw($uid, (bool)$input->getOption('remove'));
				$output->writeln("$uid: takes part no longer");
			} catch (RefusedException $refused) {
				$output->writeln("<error>$uid: " . Reasons::of($refused->errorCode) . '</error>');
				$code = self::FAILURE;
			}
		}
		return $code;
	}
}
