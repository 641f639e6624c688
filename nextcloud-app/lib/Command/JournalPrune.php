<?php

declare(strict_types=1);

/**
 * SPDX-FileCopyrightText: The Nextcloud Exchange Connector contributors
 * SPDX-License-Identifier: AGPL-3.0-or-later
 */

namespace OCA\ExchangeConnector\Command;

use OCA\ExchangeConnector\Service\JournalService;
use OCP\AppFramework\Utility\ITimeFactory;
use Symfony\Component\Console\Command\Command;
use Symfony\Component\Console\Input\InputInterface;
use Symfony\Component\Console\Input\InputOption;
use Symfony\Component\Console\Output\OutputInterface;

/** Throws away old rows of the change journal. The connector then finds those changes by comparing everything, as it does every night. */
class JournalPrune extends Command {
	private const DAY_SECONDS = 86400;

	public function __construct(
		private JournalService $journal,
		private ITimeFactory $time,
	) {
		parent::__construct();
	}

	protected function configure(): void {
		$this->setName('exchange_connector:journal:prune')
			->setDescription('Throw away rows of the change journal that nobody fetched')
			->addOption('days', null, InputOption::VALUE_REQUIRED, 'those that are older than so many days; 0: all', (string)intdiv(JournalService::KEPT_SECONDS, self::DAY_SECONDS));
	}

	protected function execute(InputInterface $input, OutputInterface $output): int {
		$days = $input->getOption('days');
		if (preg_match('/^\d{1,5}$/', (string)$days) !== 1) {
			$output->writeln('<error>--days is a number.</error>');
			return self::INVALID;
		}
		$gone = $this->journal->prune($this->time->getTime() + ((int)$days === 0 ? 1 : -(int)$days * self::DAY_SECONDS));
		$output->writeln("$gone rows thrown away, {$this->journal->countPending()} left");
		return self::SUCCESS;
	}
}
