<?php

declare(strict_types=1);

/**
 * SPDX-FileCopyrightText: The Nextcloud Exchange Connector contributors
 * SPDX-License-Identifier: AGPL-3.0-or-later
 */

namespace OCA\ExchangeConnector\AppInfo;

use OCA\DAV\Events as Dav;
use OCA\ExchangeConnector\Listener\AccountListener;
use OCA\ExchangeConnector\Listener\GatewayListener;
use OCA\ExchangeConnector\Listener\JournalListener;
use OCA\ExchangeConnector\Listener\SchedulingListener;
use OCA\ExchangeConnector\Middleware\SignatureMiddleware;
use OCA\ExchangeConnector\Notification\Notifier;
use OCP\AppFramework\App;
use OCP\AppFramework\Bootstrap\IBootContext;
use OCP\AppFramework\Bootstrap\IBootstrap;
use OCP\AppFramework\Bootstrap\IRegistrationContext;
use OCP\Group\Events\UserAddedEvent;
use OCP\Group\Events\UserRemovedEvent;
use OCP\User\Events\UserChangedEvent;
use OCP\User\Events\UserDeletedEvent;

/** Registers what the app listens to. Nothing is read or computed here: it runs with every request. */
class Application extends App implements IBootstrap {
	public const APP_ID = 'exchange_connector';

	/** Calendar objects: public since Nextcloud 32, of the dav app before; both names, whichever there is. */
	private const OBJECT_EVENTS = ['Created', 'Updated', 'Deleted', 'Moved', 'MovedToTrash', 'Restored'];
	private const CARD_EVENTS = [
		Dav\CardCreatedEvent::class, Dav\CardUpdatedEvent::class, Dav\CardDeletedEvent::class, Dav\CardMovedEvent::class,
	];
	private const COLLECTION_EVENTS = [
		Dav\CalendarCreatedEvent::class, Dav\CalendarUpdatedEvent::class, Dav\CalendarDeletedEvent::class,
		Dav\CalendarMovedToTrashEvent::class, Dav\CalendarRestoredEvent::class,
		Dav\AddressBookCreatedEvent::class, Dav\AddressBookUpdatedEvent::class, Dav\AddressBookDeletedEvent::class,
	];

	public function __construct(array $urlParams = []) {
		parent::__construct(self::APP_ID, $urlParams);
	}

	public function register(IRegistrationContext $context): void {
		foreach (self::OBJECT_EVENTS as $name) {
			$context->registerEventListener("OCP\\Calendar\\Events\\CalendarObject{$name}Event", JournalListener::class);
			$context->registerEventListener("OCA\\DAV\\Events\\CalendarObject{$name}Event", JournalListener::class);
		}
		foreach ([...self::CARD_EVENTS, ...self::COLLECTION_EVENTS] as $event) {
			$context->registerEventListener($event, JournalListener::class);
		}
		$context->registerEventListener(Dav\SabrePluginAuthInitEvent::class, GatewayListener::class);
		$context->registerEventListener(Dav\SabrePluginAddEvent::class, SchedulingListener::class);
		foreach ([UserDeletedEvent::class, UserChangedEvent::class, UserAddedEvent::class, UserRemovedEvent::class] as $event) {
			$context->registerEventListener($event, AccountListener::class);
		}
		$context->registerMiddleware(SignatureMiddleware::class);
		$context->registerNotifierService(Notifier::class);
	}

	public function boot(IBootContext $context): void {
	}
}
