<?php

declare(strict_types=1);

/**
 * SPDX-FileCopyrightText: The Nextcloud Exchange Connector contributors
 * SPDX-License-Identifier: AGPL-3.0-or-later
 */

namespace OCA\ExchangeConnector\Listener;

use OCA\ExchangeConnector\AppInfo\Application;
use OCA\ExchangeConnector\Service\EnrolmentService;
use OCP\EventDispatcher\Event;
use OCP\EventDispatcher\IEventListener;
use OCP\Group\Events\UserAddedEvent;
use OCP\Group\Events\UserRemovedEvent;
use OCP\User\Events\UserChangedEvent;
use OCP\User\Events\UserDeletedEvent;
use Psr\Log\LoggerInterface;
use Throwable;

/**
 * Follows accounts: who is gone is forgotten, an address that changed in the directory is looked at again, another name is noted, and who is disabled or leaves
 * a group is told to the connector.
 *
 * @template-implements IEventListener<UserDeletedEvent|UserChangedEvent|UserAddedEvent|UserRemovedEvent>
 */
class AccountListener implements IEventListener {
	public function __construct(
		private EnrolmentService $enrolment,
		private LoggerInterface $log,
	) {
	}

	public function handle(Event $event): void {
		try {
			if ($event instanceof UserDeletedEvent) {
				$this->enrolment->forget($event->getUser()->getUID());
			} elseif ($event instanceof UserChangedEvent && $event->getFeature() === 'eMailAddress') {
				$this->enrolment->recheck($event->getUser()->getUID());
			} elseif ($event instanceof UserChangedEvent && $event->getFeature() === 'displayName') {
				$this->enrolment->rename($event->getUser()->getUID(), (string)$event->getValue());
			} elseif ($event instanceof UserChangedEvent && $event->getFeature() === 'enabled') {
				$this->enrolment->touch($event->getUser()->getUID());
			} elseif ($event instanceof UserAddedEvent || $event instanceof UserRemovedEvent) {
				$this->enrolment->touch($event->getUser()->getUID());
			}
		} catch (Throwable $error) {
			$this->log->error('An account could not be followed', ['app' => Application::APP_ID, 'exception' => $error]);
		}
	}
}
