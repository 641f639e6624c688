<?php

declare(strict_types=1);

/**
 * SPDX-FileCopyrightText: The Nextcloud Exchange Connector contributors
 * SPDX-License-Identifier: AGPL-3.0-or-later
 */

namespace OCA\ExchangeConnector\Command;

use OCA\ExchangeConnector\SelfTest\Setup;
use OCA\ExchangeConnector\SelfTest\Step;
use OCA\ExchangeConnector\SelfTest\TemporaryPassword;
use OCA\ExchangeConnector\SelfTest\ToApp;
use OCA\ExchangeConnector\SelfTest\ToConnector;
use OCA\ExchangeConnector\Service\SecretService;
use OCA\ExchangeConnector\Service\SettingsService;
use OCP\IURLGenerator;
use Symfony\Component\Console\Command\Command;
use Symfony\Component\Console\Input\InputInterface;
use Symfony\Component\Console\Input\InputOption;
use Symfony\Component\Console\Output\OutputInterface;
use Throwable;

/** Walks the whole loop, from the connector to the app and back, and says for each step that failed what to change. */
class SelfTest extends Command {
	private const MARKS = ['ok' => '<info>✓</info>', 'failed' => '<error>✗</error>', 'note' => '<comment>–</comment>'];
	private const WAIT_SECONDS = '20';

	public function __construct(
		private Setup $setup,
		private ToApp $toApp,
		private ToConnector $toConnector,
		private TemporaryPassword $passwords,
		private SettingsService $settings,
		private SecretService $secrets,
		private IURLGenerator $urls,
	) {
		parent::__construct();
	}

	protected function configure(): void {
		$this->setName('exchange_connector:self-test')
			->setDescription('Try the way from the connector to this server and back, and say what to change')
			->addOption('url', null, InputOption::VALUE_REQUIRED, 'address of this server as the connector calls it; without it overwrite.cli.url')
			->addOption('wait', null, InputOption::VALUE_REQUIRED, 'how many seconds the connector has to come by', self::WAIT_SECONDS)
			->addOption('json', null, InputOption::VALUE_NONE, 'for programs');
	}

	protected function execute(InputInterface $input, OutputInterface $output): int {
		$url = (string)($input->getOption('url') ?? $this->urls->getAbsoluteURL('/'));
		$isJson = (bool)$input->getOption('json');
		$found = [];
		foreach ($this->steps($url, max(0, (int)$input->getOption('wait'))) as $step) {
			$found[] = $step;
			if (!$isJson) {
				$output->writeln(self::MARKS[$step->outcome] . " $step->text" . ($step->advice === '' ? '' : "\n  $step->advice"));
			}
		}
		if ($isJson) {
			$output->writeln((string)json_encode($found, JSON_PRETTY_PRINT | JSON_UNESCAPED_SLASHES | JSON_UNESCAPED_UNICODE | JSON_THROW_ON_ERROR), OutputInterface::OUTPUT_RAW);
		}
		return array_filter($found, static fn (Step $step): bool => $step->outcome === 'failed') === [] ? self::SUCCESS : self::FAILURE;
	}

	/** @return iterable<Step> */
	private function steps(string $url, int $waitSeconds): iterable {
		$isReady = true;
		foreach ($this->setup->steps() as $step) {
			$isReady = $isReady && $step->outcome !== 'failed';
			yield $step;
		}
		if (!$isReady) {
			return;
		}
		$uid = $this->settings->getServiceAccount();
		$to = ['url' => $url, 'username' => $uid, 'secret' => $this->secrets->usable()[0]];
		try {
			yield from $this->passwords->with($uid, fn (string $password): array => iterator_to_array($this->toApp->steps([...$to, 'password' => $password]), false));
		} catch (Throwable $error) {
			yield Step::failed("$url cannot be reached from this machine: {$error->getMessage()}", 'Set overwrite.cli.url to the address that the connector calls (or give --url), and check DNS, firewall and certificate.');
		}
		yield from $this->toConnector->steps($waitSeconds);
	}
}
