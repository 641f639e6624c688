<?php

declare(strict_types=1);

/**
 * SPDX-FileCopyrightText: The Nextcloud Exchange Connector contributors
 * SPDX-License-Identifier: AGPL-3.0-or-later
 */

namespace OCA\ExchangeConnector\Listener;

use OCA\DAV\Events\SabrePluginAddEvent;
use OCA\ExchangeConnector\AppInfo\Application;
use OCA\ExchangeConnector\Service\SchedulingService;
use OCA\ExchangeConnector\Service\SettingsService;
use OCP\EventDispatcher\Event;
use OCP\EventDispatcher\IEventListener;
use Psr\Log\LoggerInterface;
use Sabre\DAV\Server;
use Sabre\VObject\ITip\Message;
use Throwable;

/**
 * Where Exchange invites, the server's own invitations are held back: only for people who take part, only for calendars that are in step, and local delivery
 * only to people whom Exchange reaches. Where Nextcloud invites, nothing is touched.
 *
 * @template-implements IEventListener<SabrePluginAddEvent>
 */
class SchedulingListener implements IEventListener {
	/** Local delivery has 100, mail 120. */
	private const BEFORE_DELIVERY = 50;
	private const BEFORE_MAIL = 110;
	/** RFC 6638, 3.2.9: the message is on its way, by Exchange. */
	private const PENDING = '1.0';

	public function __construct(
		private SettingsService $settings,
		private SchedulingService $scheduling,
		private LoggerInterface $log,
	) {
	}

	public function handle(Event $event): void {
		if (!$event instanceof SabrePluginAddEvent || $this->settings->getSchedulingAuthority() !== 'exchange') {
			return;
		}
		$server = $event->getServer();
		$server->on('schedule', fn (Message $message) => $this->hold($server, $message, false), self::BEFORE_DELIVERY);
		$server->on('schedule', fn (Message $message) => $this->hold($server, $message, true), self::BEFORE_MAIL);
	}

	/** False ends the handling of this message. */
	private function hold(Server $server, Message $message, bool $isMail): ?bool {
		try {
			$path = $server->getRequestUri();
			if (!$this->scheduling->isExchangesTurn($path) || (!$isMail && !$this->scheduling->isReachedByExchange($message->recipient))) {
				return null;
			}
			$message->scheduleStatus ??= self::PENDING;
			return false;
		} catch (Throwable $error) {
			// Two invitations are better than none.
			$this->log->error('Could not tell who invites', ['app' => Application::APP_ID, 'exception' => $error]);
			return null;
		}
	}
}
