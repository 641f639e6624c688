<?php

declare(strict_types=1);

/**
 * SPDX-FileCopyrightText: The Nextcloud Exchange Connector contributors
 * SPDX-License-Identifier: AGPL-3.0-or-later
 */

namespace OCA\ExchangeConnector\Command;

use OCA\ExchangeConnector\Service\SecretService;
use Symfony\Component\Console\Command\Command;
use Symfony\Component\Console\Input\InputInterface;
use Symfony\Component\Console\Input\InputOption;
use Symfony\Component\Console\Output\OutputInterface;

/** Makes a new shared secret and shows it this once. The one before stays good until it is dropped, so that nothing stands still meanwhile. */
class SecretRotate extends Command {
	public function __construct(
		private SecretService $secrets,
	) {
		parent::__construct();
	}

	protected function configure(): void {
		$this->setName('exchange_connector:secret:rotate')
			->setDescription('Make a new shared secret, or end the previous one')
			->addOption('drop-previous', null, InputOption::VALUE_NONE, 'end the previous secret, make no new one');
	}

	protected function execute(InputInterface $input, OutputInterface $output): int {
		if ($input->getOption('drop-previous')) {
			$this->secrets->dropPrevious();
			$output->writeln('The previous secret is no longer accepted.');
			return self::SUCCESS;
		}
		$had = $this->secrets->fingerprints()['current'] !== null;
		$output->writeln($this->secrets->rotate());
		if (!$had) {
			return self::SUCCESS;
		}
		$hint = 'Give it to the connector as Service__NextcloudConfiguration__SharedSecret, then end the previous one: occ exchange_connector:secret:rotate --drop-previous';
		// On the other stream, so that the secret alone can be piped into a file.
		($output instanceof \Symfony\Component\Console\Output\ConsoleOutputInterface ? $output->getErrorOutput() : $output)->writeln($hint);
		return self::SUCCESS;
	}
}
