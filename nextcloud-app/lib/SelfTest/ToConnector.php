<?php

declare(strict_types=1);

/**
 * SPDX-FileCopyrightText: The Nextcloud Exchange Connector contributors
 * SPDX-License-Identifier: AGPL-3.0-or-later
 */

namespace OCA\ExchangeConnector\SelfTest;

use OCA\ExchangeConnector\Service\SettingsService;
use OCA\ExchangeConnector\Service\StatusService;
use OCA\ExchangeConnector\Service\WebhookService;
use OCP\AppFramework\Utility\ITimeFactory;
use OCP\IAppConfig;
use Throwable;

/** The way from the app to the connector: the webhook, and that the connector comes by itself. */
class ToConnector {
	private const LOOK_MICROSECONDS = 500_000;

	public function __construct(
		private WebhookService $webhook,
		private SettingsService $settings,
		private StatusService $status,
		private IAppConfig $config,
		private ITimeFactory $time,
	) {
	}

	/** @return iterable<Step> */
	public function steps(int $waitSeconds): iterable {
		$since = $this->status->watch();
		yield $this->webhook();
		yield $this->seen($since, $waitSeconds);
	}

	private function webhook(): Step {
		$url = $this->settings->getWebhookUrl();
		if ($url === '') {
			return Step::note('no webhook is set: the connector finds changes when it asks', 'For changes within a second: set the address of the connector, for example http://connector:8480/webhook, in the administration settings.');
		}
		try {
			$status = $this->webhook->send('users')[0] ?? 0;
		} catch (Throwable $error) {
			return Step::failed("the webhook $url cannot be reached: {$error->getMessage()}", 'Check that the daemon runs, that Service__HttpConfiguration__Host is an address that this server reaches (it is loopback unless changed), and that no firewall is between.');
		}
		return match (true) {
			$status >= 200 && $status < 300 => Step::ok("the webhook $url is understood"),
			in_array($status, [401, 403], true) => Step::failed("the webhook $url refuses the signature: HTTP $status", 'Give the connector the present secret (Service__NextcloudConfiguration__SharedSecret), and check both clocks.'),
			$status === 404 => Step::failed("nothing answers at $url: HTTP 404", 'The path of the daemon is /webhook; it answers only when a SharedSecret is configured there.'),
			default => Step::failed("the webhook $url answers HTTP $status", 'See the log of the connector.'),
		};
	}

	private function seen(int $since, int $waitSeconds): Step {
		$until = $this->time->getTime() + $waitSeconds;
		do {
			$this->config->clearCache();
			$connector = $this->status->connector();
			if (($connector['lastSeenAt'] ?? 0) >= $since) {
				return Step::ok('the connector asked for work' . ($connector['version'] === null ? '' : ": version {$connector['version']}"));
			}
			usleep(self::LOOK_MICROSECONDS);
		} while ($this->time->getTime() < $until);
		$last = $connector['lastSeenAt'] === null ? 'it never did' : 'the last time ' . gmdate('Y-m-d H:i:s', $connector['lastSeenAt']) . ' UTC';
		return Step::failed("the connector did not ask for work within $waitSeconds seconds ($last)", 'Start the daemon, and check there: connector doctor. With "sync run" by cron this step fails between two runs.');
	}
}
