<?php

declare(strict_types=1);

/**
 * SPDX-FileCopyrightText: The Nextcloud Exchange Connector contributors
 * SPDX-License-Identifier: AGPL-3.0-or-later
 */

namespace OCA\ExchangeConnector\Listener;

use OCA\DAV\Events\SabrePluginAuthInitEvent;
use OCA\ExchangeConnector\Dav\GatewayBackend;
use OCP\EventDispatcher\Event;
use OCP\EventDispatcher\IEventListener;
use Sabre\DAV\Auth\Plugin;

/**
 * Hangs the connector's door into the server's DAV, before its own sign-in.
 *
 * @template-implements IEventListener<SabrePluginAuthInitEvent>
 */
class GatewayListener implements IEventListener {
	public function __construct(
		private GatewayBackend $backend,
	) {
	}

	public function handle(Event $event): void {
		if (!$event instanceof SabrePluginAuthInitEvent) {
			return;
		}
		$auth = $event->getServer()->getPlugin('auth');
		if ($auth instanceof Plugin) {
			$this->backend->setBaseUri($event->getServer()->getBaseUri());
			$auth->addBackend($this->backend);
		}
	}
}
