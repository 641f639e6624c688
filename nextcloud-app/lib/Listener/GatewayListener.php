<?php

declare(strict_types=1);

/**
 * SPDX-FileCopyrightText: The Nextcloud Exchange Connector contributors
 * SPDX-License-Identifier: AGPL-3.0-or-later
 */

namespace OCA\ExchangeConnector\Listener;

use OCA\DAV\Events\SabrePluginAuthInitEvent;
use OCA\ExchangeConnector\AppInfo\Application;
use OCA\ExchangeConnector\Dav\GatewayBackend;
use OCP\EventDispatcher\Event;
use OCP\EventDispatcher\IEventListener;
use Psr\Container\ContainerInterface;
use Psr\Log\LoggerInterface;
use Sabre\DAV\Auth\Plugin;
use Throwable;

/**
 * Hangs the connector's door into the server's DAV, before its own sign-in.
 *
 * @template-implements IEventListener<SabrePluginAuthInitEvent>
 */
class GatewayListener implements IEventListener {
	public function __construct(
		private ContainerInterface $container,
		private LoggerInterface $log,
	) {
	}

	public function handle(Event $event): void {
		if (!$event instanceof SabrePluginAuthInitEvent) {
			return;
		}
		try {
			$auth = $event->getServer()->getPlugin('auth');
			if ($auth instanceof Plugin) {
				$backend = $this->container->get(GatewayBackend::class);
				$backend->setBaseUri($event->getServer()->getBaseUri());
				$auth->addBackend($backend);
			}
		} catch (Throwable $error) {
			// Everybody's DAV goes on; only the connector finds no door.
			$this->log->error('The connector has no door to DAV', ['app' => Application::APP_ID, 'exception' => $error]);
		}
	}
}
